import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
// CommonJS whose types claim an ES default export: the function is the default's own `default`.
import dockerignoreModule from "@balena/dockerignore";
import { StackError } from "./stack-error.ts";
import { certificatesForContainers, companyCertificates } from "./trusted-certificates.ts";

const dockerignore = dockerignoreModule.default;

/** The files that the program reads: an edge, so that everything else is pure. */
export interface Sources {
  /** The text of a file, by its path from the repository's root, with the line ends of Unix. */
  readonly readText: (path: string) => string;
  /** A hash of a build context: every file that its `.dockerignore` lets through. */
  readonly hashContext: (folder: string) => string;
  /** The public roots and the company's own, of a file that may be outside the repository. */
  readonly certificates: (companyFile: string) => string;
  /** The company's own alone. */
  readonly companyCertificates: (companyFile: string) => string;
}

export function repositorySources(root: string): Sources {
  return {
    readText: (path) => readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n"),
    hashContext: (folder) => hashContext(join(root, folder)),
    certificates: (file) => certificatesForContainers(root, file),
    companyCertificates: (file) => companyCertificates(root, file),
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

/**
 * Sixteen hex digits over names, kinds and contents; the same on every machine.
 *
 * @throws StackError where a clone's text files have the line ends of Windows.
 */
function hashContext(folder: string): string {
  const hash = createHash("sha256");
  const withWindowsLineEnds: string[] = [];
  for (const file of contextFiles(folder)) {
    const content = readFileSync(join(folder, file));
    if (hasWindowsLineEnds(content)) withWindowsLineEnds.push(file);
    // Windows has no permission for it: a program says so in its first two bytes.
    const executable = content.subarray(0, 2).equals(shebang);
    hash
      .update(`${file}\0${executable ? "x" : "-"}\0`)
      .update(content)
      .update("\0");
  }
  if (withWindowsLineEnds.length > 0) throw lineEndsError(folder, withWindowsLineEnds);
  return hash.digest("hex").slice(0, 16);
}

const shebang = Buffer.from("#!");
/** How far git looks for a NUL byte before it takes a file for text. */
const gitLooksAt = 8000;

function hasWindowsLineEnds(content: Buffer): boolean {
  return content.includes("\r\n") && !content.subarray(0, gitLooksAt).includes(0);
}

/** Inside a Linux image such a script fails with "Illegal option -", and its tag is another one. */
function lineEndsError(folder: string, files: readonly string[]): StackError {
  const [some, more] = [files.slice(0, 3).join(", "), files.length - 3];
  const named = more > 0 ? `${some} and ${more} more` : some;
  return new StackError(`Files in ${folder} have the line ends of Windows (CRLF): ${named}.`, {
    remedy:
      "This clone was checked out before .gitattributes asked for LF. Commit your own changes, then " +
      "run `git rm -rq --cached .` and `git reset --hard`.",
  });
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
