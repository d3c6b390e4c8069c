import type { Git } from "./git.ts";

/** A file as a commit would add or change it. */
export interface CommitEntry {
  readonly path: string;
  /** The object's name: equal content has equal names. */
  readonly object: string;
  /** What would be committed; a symbolic link's target. */
  readonly content: Buffer;
}

const submodule = "160000";
const noObject = /^0+$/;

/**
 * What a commit of `tree` on `parent` adds or changes.
 *
 * Read from git's objects: what `git diff` prints depends on the user's colours, attributes and
 * external tools, and leaves out binary files.
 */
export async function commitEntries(
  git: Git,
  parent: string,
  tree: string,
): Promise<CommitEntry[]> {
  const raw = await git("diff-tree", "-r", "-z", "--raw", "--no-renames", parent, tree);
  // Pairs of ":100644 100644 OLD NEW M" and a path.
  const fields = raw.split("\0");
  const entries: CommitEntry[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, mode = "", , object = ""] = (fields[index] ?? "").split(" ");
    const path = fields[index + 1] ?? "";
    if (mode === submodule || noObject.test(object)) continue;
    entries.push({ path, object, content: await git.bytes("cat-file", "blob", object) });
  }
  return entries;
}
