import { createDecipheriv, createHash, pbkdf2, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { StackError } from "../../infra/stack-error.ts";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { wrongPassphraseError } from "../pulumi/engine-failure.ts";
import type { StackState } from "../pulumi/stack-state.ts";
import type { Workspace } from "../os/workspace.ts";

/** A file backend always wants a passphrase: ours is generated once and is beside the state. */
export function passphraseOf(
  environment: NodeJS.ProcessEnv,
  workspace: Workspace,
): Record<string, string> {
  if (isPassphraseGiven(environment)) return {};
  if (!existsSync(workspace.passphraseFile)) {
    if (existsSync(workspace.state)) {
      throw new StackError("The stack has a state, but .stack/passphrase is gone.", {
        remedy:
          "Put the file back from a copy, or set PULUMI_CONFIG_PASSPHRASE. Where there is no copy, " +
          "begin a new state, which keeps all data: docs/state.md has the two commands.",
      });
    }
    mkdirSync(workspace.home, { recursive: true });
    writeFileAtomically(workspace.passphraseFile, randomBytes(32).toString("base64url"), 0o600);
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: workspace.passphraseFile };
}

/** True where the user has their own passphrase for the state. */
export function isPassphraseGiven(environment: NodeJS.ProcessEnv): boolean {
  const names = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
  return names.some((name) => environment[name] !== undefined);
}

/** The passphrase itself, from the environment that the engine is given. */
export function readPassphrase(environment: NodeJS.ProcessEnv): string {
  const { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  if (text !== undefined) return text;
  return file === undefined ? "" : readFileSync(file, "utf8").trim();
}

/**
 * Refuses another passphrase than that of the state. The engine notices one only when it needs a secret,
 * and what is sealed with the right one looks as if it were not there.
 *
 * @throws StackError with what to do.
 */
export async function requireRightPassphrase(
  { salt }: Pick<StackState, "salt">,
  environment: NodeJS.ProcessEnv,
  workspace: Workspace,
): Promise<void> {
  if (salt === undefined) return;
  const passphrase = readPassphrase(environment);
  const opened = isOurs(environment, workspace) ? openedBefore(salt, passphrase, workspace) : never;
  if (opened.isKnown()) return;
  if (!(await opens(salt, passphrase))) throw wrongPassphraseError();
  opened.remember();
}

/** Ours is random, as long as a key, and beside the state: a fast hash of it gives nothing away. */
function isOurs(environment: NodeJS.ProcessEnv, { passphraseFile }: Workspace): boolean {
  const { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  return text === undefined && file === passphraseFile;
}

interface Opened {
  readonly isKnown: () => boolean;
  readonly remember: () => void;
}

const never: Opened = { isKnown: () => false, remember: () => undefined };

/** That a salt was opened is remembered: a million rounds take longer than all else where there is nothing to do. */
function openedBefore(salt: string, passphrase: string, { home, stackName }: Workspace): Opened {
  const path = join(home, "opened", stackName);
  const proof = createHash("sha256").update(`${salt}\0${passphrase}`).digest("hex");
  return {
    isKnown: () => existsSync(path) && readFileSync(path, "utf8") === proof,
    remember: () => {
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileAtomically(path, proof, 0o600);
      } catch {
        // It is found out again next time.
      }
    },
  };
}

/** As the engine does it: the salt comes with a word that only its passphrase decrypts. */
async function opens(salt: string, passphrase: string): Promise<boolean> {
  const [version, seed = "", , nonce = "", body = ""] = salt.split(":");
  // A later engine may do it in another way: it says then itself what is wrong.
  if (version !== "v1") return true;
  const bytes = (text: string) => Buffer.from(text, "base64");
  const key = await promisify(pbkdf2)(passphrase, bytes(seed), 1_000_000, 32, "sha256");
  try {
    const opening = createDecipheriv("aes-256-gcm", key, bytes(nonce));
    opening.setAuthTag(bytes(body).subarray(-16));
    opening.update(bytes(body).subarray(0, -16));
    opening.final();
    return true;
  } catch {
    return false;
  }
}
