import { StackError } from "../../infra/stack-error.ts";
import type { Git } from "./git.ts";
import { snapshotBranch } from "./snapshot-branch.ts";
import { stagedSecrets } from "./staged-secrets.ts";

export interface SnapshotOptions {
  readonly message: string;
  readonly branch: string | undefined;
  readonly now: Date;
  /** Values of the stack's secrets by their setting; none of them may be committed. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Rejects where the program is not one that `up` would take. */
  readonly validate: () => Promise<void>;
}

/** What was committed. */
export interface Snapshot {
  readonly branch: string;
  readonly commit: string;
  readonly files: number;
}

/**
 * Commits the whole work tree, on a feature branch where the present one is `main`.
 *
 * @returns undefined where there is nothing to commit.
 * @throws StackError where the program is not valid or a secret would be committed; nothing is
 *   staged then, and no branch is made.
 */
export async function saveSnapshot(
  git: Git,
  { message, branch, now, secrets, validate }: SnapshotOptions,
): Promise<Snapshot | undefined> {
  const current = await git("branch", "--show-current");
  const target = snapshotBranch(current, branch, message, now);
  if ((await git("status", "--porcelain")) === "") return undefined;
  await validate();
  await git("add", "--all");
  const files = (await git("diff", "--cached", "--name-only", "-z", "--diff-filter=d")).split("\0");
  const found = stagedSecrets(files, await git("diff", "--cached", "--unified=0"), secrets);
  if (found.length > 0) {
    await git("reset", "--quiet");
    throw secretError(found);
  }
  if (target !== current) await switchTo(git, target);
  const time = now.toISOString().slice(0, 19).replace("T", " ");
  await git("commit", "--quiet", "--message", message, "--message", `Snapshot of ${time} UTC.`);
  const commit = await git("rev-parse", "--short", "HEAD");
  const changed = await git("show", "--name-only", "--format=", "HEAD");
  return { branch: target, commit, files: changed.split("\n").length };
}

async function switchTo(git: Git, branch: string): Promise<void> {
  const exists = (await git("branch", "--list", branch)) !== "";
  await (exists ? git("switch", "--quiet", branch) : git("switch", "--quiet", "--create", branch));
}

function secretError(found: ReturnType<typeof stagedSecrets>): StackError {
  return new StackError("Secrets would be committed; nothing was.", {
    details: found.map(({ file, setting }) =>
      setting === undefined
        ? `${file} holds settings of a stack`
        : `${file} holds the value of ${setting}`,
    ),
    remedy: "Take them out, or have the file ignored in .gitignore, and run the command again.",
  });
}
