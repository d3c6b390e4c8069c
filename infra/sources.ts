import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
// CommonJS whose types claim an ES default export: the function is the default's own `default`.
import dockerignoreModule from "@balena/dockerignore";

const dockerignore = dockerignoreModule.default;

/** The files of this repository that the program reads: an edge, so that everything else is pure. */
export interface Sources {
  /** The text of a file, by its path from the repository's root. */
  readonly readText: (path: string) => string;
  /** A hash of a build context: every file that its `.dockerignore` lets through. */
  readonly hashContext: (folder: string) => string;
}

export function repositorySources(root: string): Sources {
  return {
    readText: (path) => readFileSync(join(root, path), "utf8"),
    hashContext: (folder) => hashContext(join(root, folder)),
  };
}

/** A hash of each file in a build context, by its path in there: says why a context's hash differs. */
export function contextFileHashes(folder: string): Record<string, string> {
  const hashes = contextFiles(folder).map((file): [string, string] => [
    file,
    createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex")
      .slice(0, 16),
  ]);
  return Object.fromEntries(hashes);
}

/** Sixteen hex digits over names, modes and contents; the same on every machine. */
function hashContext(folder: string): string {
  const hash = createHash("sha256");
  for (const file of contextFiles(folder)) {
    const path = join(folder, file);
    const executable = (statSync(path).mode & 0o111) !== 0;
    hash
      .update(`${file}\0${executable ? "x" : "-"}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function contextFiles(folder: string): string[] {
  const ignore = dockerignore().add(ignoreRules(folder));
  const found: string[] = [];
  const walk = (relative: string): void => {
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      // Neither ever belongs into an image, and walking them would take seconds.
      if (entry.name === "node_modules" || entry.name === ".git") continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && !ignore.ignores(path)) found.push(path);
    }
  };
  walk("");
  return found.sort();
}

function ignoreRules(folder: string): string {
  try {
    return readFileSync(join(folder, ".dockerignore"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
