import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findPhrases } from "./voice/find-phrases.ts";
import { phrases } from "./voice/phrases.ts";

// Keeps phrases that a technical writer would not use out of pages, messages, comments and test names.
// `node scripts/check-voice.ts [FILE ...]` looks at those files only.
const root = join(import.meta.dirname, "..");
const prose =
  /(?:\.(?:md|[cm]?[jt]s|py|sql|sh|go|ya?ml|cmd)|(?:^|\/)(?:Dockerfile|stack|\.env\.template))$/u;
/** The list itself, its test, and the texts of others. */
const left = /^(?:scripts\/voice\/phrases\.ts|test\/scripts\/voice\/.*|THIRD_PARTY_NOTICES\.md)$/u;

const named = process.argv.slice(2);
const tracked = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  {
    cwd: root,
    encoding: "utf8",
  },
);
const files = (named.length > 0 ? named : tracked.split("\0")).filter(
  (path) => prose.test(path) && !left.test(path),
);
const hits = files.flatMap((path) =>
  findPhrases(path, readFileSync(join(root, path), "utf8"), phrases),
);
for (const { path, line, found, better } of hits) {
  console.error(`${path}:${line}: "${found}" -> ${better}`);
}
console.log(`${hits.length} old phrases in ${files.length} files`);
process.exitCode = hits.length > 0 ? 1 : 0;
