import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Names one build of a tool: a change of its sources, versions, flags or platform is another build.
 * Names of files count, the place of the clone does not.
 */
export function sourceHash(directories: readonly string[], values: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (part: string | Buffer) => {
    // The length keeps ["ab", "c"] and ["a", "bc"] apart.
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  [...values, process.platform, process.arch].forEach(add);
  for (const directory of directories) {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).sort()) {
      add(path.relative(directory, file).replaceAll(path.sep, "/"));
      add(readFileSync(file));
    }
  }
  return hash.digest("hex").slice(0, 12);
}
