import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { duplicates } from "./evidence/duplicates.ts";
import { isNamedForExport } from "./evidence/is-named-for-export.ts";
import { nameExceptions } from "./evidence/name-exceptions.ts";
import { testsWithoutAssertion } from "./evidence/tests-without-assertion.ts";

// Counts what the layout promises, and fails where it is not so.
const root = join(import.meta.dirname, "..");
const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter((path) => path.endsWith(".ts") && existsSync(join(root, path)));
const read = (path: string) => readFileSync(join(root, path), "utf8");

const sources = tracked.filter(
  (path) =>
    /^(?:agent|cli|infra|scripts|test\/support)\//u.test(path) && !path.endsWith(".test.ts"),
);
const excused = new Set(Object.values(nameExceptions).flat());
const misnamed = sources.filter((path) => !isNamedForExport(path, read(path)));
const programs = sources.filter((path) => /^(?:cli|infra)\//u.test(path));

const counts: readonly (readonly [what: string, allowed: number, found: readonly string[]])[] = [
  ["loose files in cli/", 1, tracked.filter((path) => /^cli\/[^/]+$/u.test(path))],
  [
    "files that are not named for an export, without a listed reason",
    0,
    misnamed.filter((path) => !excused.has(path)),
  ],
  [
    "listed reasons for a file that needs none",
    0,
    [...excused].filter((path) => !misnamed.includes(path)),
  ],
  [
    "tests without an assertion",
    0,
    tracked
      .filter((path) => path.endsWith(".test.ts"))
      .flatMap((path) =>
        testsWithoutAssertion(path, (at) => (tracked.includes(at) ? read(at) : undefined)).map(
          (test) => `${path}:${test}`,
        ),
      ),
  ],
  [
    "duplicated runners, finders and formatters",
    0,
    duplicates(Object.fromEntries(programs.map((path) => [path, read(path)]))),
  ],
];

for (const [what, allowed, found] of counts) {
  const isRight = found.length === allowed;
  console.log(`${isRight ? "✓" : "✗"} ${found.length} ${what} (${allowed})`);
  if (!isRight) for (const each of found) console.log(`    ${each}`);
}
process.exitCode = counts.every(([, allowed, found]) => found.length === allowed) ? 0 : 1;
