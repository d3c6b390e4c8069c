import { posix } from "node:path";
import type { Headers } from "tar-stream";

/** Where a restore keeps the set's files, then the former ones, while it exchanges them. */
export const stagingFolder = ".agent-stack-restore";

/** The kinds of entry that are data; devices, pipes and sockets belong to a machine. */
const kinds: readonly Headers["type"][] = ["file", "directory", "symlink", "link"];

/**
 * Judges the entries of one archive of files, in their order: what a restore would put outside of the
 * folder, or what leads out of it, has no place in a set.
 *
 * @param folder where the files are seen by their service: an absolute link may lead there.
 * @returns why an entry is refused; undefined where nothing is wrong with it.
 */
export function entryRules(folder: string): (header: Headers) => string | undefined {
  const links = new Set<string>();
  return ({ name, type, linkname }) => {
    const path = posix.normalize(name).replace(/\/$/, "");
    if (posix.isAbsolute(path)) return `${name} is an absolute path`;
    if (leadsUp(path)) return `${name} leads out of the folder`;
    if (path.split("/")[0] === stagingFolder) return `${name} is a restore's own`;
    if (!kinds.includes(type)) return `${name} is a ${type ?? "thing of no known kind"}`;
    if (parents(path).some((parent) => links.has(parent))) return `${name} goes through a link`;
    const target = linkname ?? "";
    if (type === "symlink") {
      links.add(path);
      if (leavesByLink(path, target, folder)) return `${name} is a link to ${target}`;
    }
    if (type === "link" && isOutside(posix.normalize(target))) {
      return `${name} is a link to ${target}`;
    }
    return undefined;
  };
}

function leavesByLink(path: string, target: string, folder: string): boolean {
  const found = posix.resolve(folder, posix.dirname(path), target);
  return isOutside(posix.relative(folder, found));
}

function isOutside(path: string): boolean {
  return posix.isAbsolute(path) || leadsUp(path);
}

function leadsUp(path: string): boolean {
  return path === ".." || path.startsWith("../");
}

/** "a/b/c" is below "a" and "a/b". */
function parents(path: string): string[] {
  const pieces = path.split("/");
  return pieces.slice(1).map((_, index) => pieces.slice(0, index + 1).join("/"));
}
