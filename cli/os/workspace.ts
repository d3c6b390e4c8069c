import { join } from "node:path";

/** Where things of one stack are in this clone. */
export interface Workspace {
  /** The repository's root. */
  readonly root: string;
  readonly stackName: string;
  /** Everything that a command writes, but for `.env`: never in version control. */
  readonly home: string;
  readonly state: string;
  readonly passphraseFile: string;
  readonly logs: string;
  readonly failures: string;
}

export function workspaceOf(root: string, stackName: string): Workspace {
  const home = join(root, ".stack");
  return {
    root,
    stackName,
    home,
    state: join(home, "state"),
    passphraseFile: join(home, "passphrase"),
    logs: join(home, "logs"),
    failures: join(home, "failures"),
  };
}

/** A path as a user reads it: from the root of the clone where it is in there. */
export function fromClone(path: string, { root }: Pick<Workspace, "root">): string {
  return path.startsWith(root) ? path.slice(root.length + 1) : path;
}
