import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";
import type { SettingName } from "../../infra/settings/definitions.ts";
import { definitions } from "../../infra/settings/definitions.ts";
import {
  missingSecrets,
  renderDotenvTemplate,
  withPorts,
  withValues,
} from "../../infra/settings/dotenv-file.ts";
import { dotenvFileName } from "../../infra/stack-name.ts";
import type { Setting } from "../../infra/settings/setting.ts";
import { writeFileAtomically } from "../os/write-file-atomically.ts";

export interface EnvFileChange {
  readonly file: string;
  readonly created: boolean;
  readonly generated: readonly SettingName[];
}

/**
 * Makes sure that the stack's `.env` file exists and has every generated secret.
 *
 * What is in the file already is kept byte for byte. Secrets that `elsewhere` gives (the
 * environment, Pulumi's configuration) are not generated.
 */
export function ensureEnvFile(
  root: string,
  stackName: string,
  elsewhere: (name: SettingName) => boolean,
): EnvFileChange {
  const file = dotenvFileName(stackName);
  const path = join(root, file);
  const created = !existsSync(path);
  const content = created ? renderDotenvTemplate() : readFileSync(path, "utf8");
  const generated = missingSecrets(parseDotenv(content)).filter((name) => !elsewhere(name));
  if (created || generated.length > 0) {
    const secrets = Object.fromEntries(generated.map((name) => [name, generate(name)]));
    // Only its owner may read it: it has every password of the stack.
    writeFileAtomically(path, withValues(content, secrets), 0o600);
  }
  return { file, created, generated };
}

/** What is in the stack's `.env` file; nothing where there is none. */
export function readEnvFile(
  root: string,
  stackName: string,
): { readonly path: string; readonly exists: boolean; readonly values: Record<string, string> } {
  const path = join(root, dotenvFileName(stackName));
  const exists = existsSync(path);
  return { path, exists, values: exists ? parseDotenv(readFileSync(path)) : {} };
}

/**
 * Sets values in the stack's `.env` file, which exists; every other byte of it stays.
 *
 * @returns the file's name, for the user.
 */
export function setInEnvFile(
  root: string,
  stackName: string,
  values: Readonly<Record<string, string>>,
): string {
  return changeEnvFile(root, stackName, (content) => withValues(content, values));
}

/** Remembers the ports that services were moved to. */
export function setPortsInEnvFile(
  root: string,
  stackName: string,
  ports: Readonly<Record<string, string>>,
): void {
  changeEnvFile(root, stackName, (content) => withPorts(content, ports, "Moved by --auto-ports."));
}

function changeEnvFile(
  root: string,
  stackName: string,
  change: (content: string) => string,
): string {
  const file = dotenvFileName(stackName);
  const path = join(root, file);
  writeFileAtomically(path, change(readFileSync(path, "utf8")), 0o600);
  return file;
}

function generate(name: SettingName): string {
  const { generatedBytes = 24, generatedPrefix = "" }: Setting = definitions[name];
  return generatedPrefix + randomBytes(generatedBytes).toString("base64url");
}
