import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { removeEncryptionSalt } from "../../infra/encryption-salt.ts";
import { parseSettingsFile, settingsFilePath } from "../../infra/stack-settings.ts";
import { alsoOnExit } from "../os/also-on-exit.ts";
import { writeFileAtomically } from "../os/write-file-atomically.ts";

/**
 * Runs `action` and keeps the engine's encryption salt out of the stack's settings file.
 *
 * The engine writes it there at every update, so a fresh clone would turn dirty; the state has its
 * own copy. Whatever else the engine wrote (a `config set`) stays.
 *
 * A command that was killed leaves it there, and it would refuse the passphrase of a state that is started
 * again: it goes first, unless settings are encrypted under it.
 */
export async function keepingSettingsTidy<T>(
  root: string,
  stackName: string,
  action: () => Promise<T>,
): Promise<T> {
  const path = settingsFilePath(root, stackName);
  if (!holdsEncrypted(readIfThere(path))) removeEncryptionSalt(path);
  const before = readIfThere(path);
  const tidyUp = alsoOnExit(() => {
    const after = readIfThere(path);
    if (after !== undefined && after !== before) tidy(path, before, after);
  });
  try {
    return await action();
  } finally {
    tidyUp();
  }
}

function holdsEncrypted(text: string | undefined): boolean {
  return /^\s+(- )?secure:/m.test(text ?? "");
}

function tidy(path: string, before: string | undefined, after: string): void {
  const parsed = (text = "") => (parseSettingsFile(text, path) ?? {}) as Record<string, unknown>;
  const kept = withoutSalt(parsed(after));
  const previous = withoutSalt(parsed(before));
  // Where nothing but the salt differs, the file is restored to the byte: comments may be lost too.
  const same = before !== undefined && isDeepStrictEqual(normal(kept), normal(previous));
  if (same) writeFileAtomically(path, before, 0o644);
  else removeEncryptionSalt(path);
}

function withoutSalt(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name !== "encryptionsalt"));
}

/** An empty `config` and none mean the same. */
function normal(settings: Record<string, unknown>): Record<string, unknown> {
  const { config, ...rest } = settings;
  const empty = config === null || Object.keys((config as object | undefined) ?? {}).length === 0;
  return empty ? rest : { ...rest, config };
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
