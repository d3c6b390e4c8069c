import { definitions } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import type { CommandContext } from "../command.ts";
import { openSession } from "../session.ts";
import { gitIn } from "./git.ts";
import { saveSnapshot, type Snapshot } from "./save-snapshot.ts";
import { validateProgram } from "./validate-program.ts";

/** Commits the work tree of a command's clone, checked against its stack's program and secrets. */
export async function saveWorkTree(
  context: CommandContext,
  options: { readonly message: string; readonly branch: string | undefined },
): Promise<Snapshot | undefined> {
  const session = await openSession(context);
  const { settings } = await session.settings();
  const secrets = settingNames
    .filter((name) => definitions[name].secret)
    .map((name) => [name, String(settings[name])]);
  return saveSnapshot(gitIn(context.root), {
    ...options,
    now: new Date(),
    secrets: Object.fromEntries(secrets) as Record<string, string>,
    validate: () => validateProgram(context, session),
  });
}

export function describeSnapshot(snapshot: Snapshot | undefined): string {
  if (!snapshot) return "No changes to commit.";
  const { files, commit, branch } = snapshot;
  return `Committed ${files} files as ${commit} on ${branch}.`;
}
