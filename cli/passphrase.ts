import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { StackError } from "../infra/stack-error.ts";
import { writeFileAtomically } from "./atomic-file.ts";
import type { Workspace } from "./workspace.ts";

/** A file backend always wants a passphrase: ours is generated once and lies beside the state. */
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

/** True where the user has a passphrase of their own for the state. */
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
