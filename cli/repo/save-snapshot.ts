import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import { commitEntries } from "./commit-entries.ts";
import { forbiddenEntries, type Secrets } from "./forbidden-entries.ts";
import type { Git } from "./git.ts";
import { snapshotBranch } from "./snapshot-branch.ts";

export interface SnapshotOptions {
  readonly message: string;
  readonly branch: string | undefined;
  readonly now: Date;
  /** None of them may be committed. */
  readonly secrets: Secrets;
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
 * @throws StackError where the program is not valid, git is in the middle of a merge, or something
 *   secret would be committed; branch and index are then as they were.
 */
export async function saveSnapshot(
  git: Git,
  { message, branch, now, secrets, validate }: SnapshotOptions,
): Promise<Snapshot | undefined> {
  const inGit = (name: string) => git("rev-parse", "--path-format=absolute", "--git-path", name);
  await requireNoOperation(git, inGit);
  const current = await git("branch", "--show-current");
  const target = snapshotBranch(current, branch, message, now);
  if ((await git("status", "--porcelain", "--untracked-files=normal")) === "") return undefined;
  await validate();

  const words = { message, branch: target };
  const refuseForbidden = async (parent: string, tree: string): Promise<number> => {
    const entries = await commitEntries(git, parent, tree);
    const reasons = forbiddenEntries(entries, words, secrets);
    if (reasons.length > 0) throw forbiddenError(reasons);
    return entries.length;
  };
  const scratch = await mkdtemp(join(tmpdir(), "stack-save-"));
  const index = await inGit("index");
  const saved = join(scratch, "saved");
  const hadIndex = existsSync(index);
  try {
    if (hadIndex) await copyFile(index, saved);
    // Looked at in an index of our own first: where something is refused, nothing has happened.
    await refuseForbidden(await parentOf(git), await wholeTree(git, join(scratch, "index"), saved));

    const moved = target !== current;
    const created = moved && !(await branchExists(git, target));
    try {
      if (moved) await git("switch", "--quiet", ...(created ? ["--create"] : []), target);
      await git("add", "--all");
      // And again as it will be committed: on another branch, or after an edit meanwhile, it differs.
      await refuseForbidden(await parentOf(git), await git("write-tree"));
      const time = now.toISOString().slice(0, 19).replace("T", " ");
      await git("commit", "--quiet", "--message", message, "--message", `Snapshot of ${time} UTC.`);
    } catch (error) {
      if (moved) await goBack(git, current, created ? target : undefined);
      await (hadIndex ? copyFile(saved, index) : rm(index, { force: true }));
      throw error;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const commit = await git("rev-parse", "--short", "HEAD");
  const changed = await git("show", "--name-only", "--format=", "-z", "HEAD");
  return { branch: target, commit, files: changed.split("\0").filter((name) => name).length };
}

/** The tree that `git add --all` and a commit would make; the user's index is only read. */
async function wholeTree(git: Git, index: string, start: string): Promise<string> {
  if (existsSync(start)) await copyFile(start, index);
  const own = git.withIndex(index);
  await own("add", "--all");
  return own("write-tree");
}

async function parentOf(git: Git): Promise<string> {
  try {
    return await git("rev-parse", "--verify", "--quiet", "HEAD^{tree}");
  } catch {
    // Before the first commit: the empty tree.
    return git("hash-object", "-t", "tree", "/dev/null");
  }
}

async function branchExists(git: Git, branch: string): Promise<boolean> {
  return (await git("for-each-ref", "--format=%(refname)", `refs/heads/${branch}`)) !== "";
}

/** Undoes a switch; what was edited comes along, as it did on the way. */
async function goBack(git: Git, branch: string, made: string | undefined): Promise<void> {
  // HEAD alone where the branch is new: both name the same commit.
  if (made !== undefined) {
    if (branch === "") await git("checkout", "--quiet", "--detach");
    else await git("symbolic-ref", "HEAD", `refs/heads/${branch}`);
    await git("branch", "--quiet", "-D", made);
    return;
  }
  await git("reset", "--quiet");
  await git("switch", "--quiet", ...(branch === "" ? ["--detach", "-"] : [branch]));
}

const operations: readonly (readonly [string, string, string])[] = [
  ["MERGE_HEAD", "merge", "git merge --abort"],
  ["CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --abort"],
  ["REVERT_HEAD", "revert", "git revert --abort"],
  ["rebase-merge", "rebase", "git rebase --abort"],
  ["rebase-apply", "rebase", "git rebase --abort"],
];

/** A commit of ours would end the operation in a way that nobody asked for. */
async function requireNoOperation(
  git: Git,
  inGit: (name: string) => Promise<string>,
): Promise<void> {
  for (const [file, operation, abort] of operations) {
    if (!existsSync(await inGit(file))) continue;
    throw new StackError(`A ${operation} is in progress; nothing was committed.`, {
      remedy: `Finish it, or end it with: ${abort}. Then run the command again.`,
    });
  }
  if ((await git("ls-files", "--unmerged")) === "") return;
  throw new StackError("Some files have conflicts; nothing was committed.", {
    remedy: "Resolve them (git status names them), and run the command again.",
  });
}

function forbiddenError(reasons: readonly string[]): StackError {
  return new StackError("What must not be in a commit would be; nothing was committed.", {
    details: reasons,
    remedy: "Remove it, or add the file to .gitignore, and run the command again.",
  });
}
