import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

// npm run lock:python [-- FOLDER…]: makes each requirements.txt again from the requirements.in beside it,
// with uv. What the old lock holds stays where it still fits; delete that file to move all of it.
const root = join(import.meta.dirname, "..");
const asked = process.argv.slice(2).map((folder) => folder.replace(/\/$/, ""));
const all = execFileSync("git", ["ls-files", "*requirements.in"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n")
  .map(dirname);
const unknown = asked.filter((folder) => !all.includes(folder));

if (unknown.length > 0) {
  fail(`No requirements.in in ${unknown.join(", ")}; there is one in ${all.join(", ")}.`);
} else if (spawnSync("uv", ["--version"]).error) {
  fail("uv is not on PATH: pip install uv");
} else {
  for (const folder of asked.length > 0 ? asked : all) {
    const cwd = join(root, folder);
    const command = ["pip", "compile", "--quiet", ...optionsOf(cwd), "requirements.in"];
    const { status } = spawnSync("uv", [...command, "--output-file", "requirements.txt"], {
      cwd,
      stdio: ["ignore", "ignore", "inherit"],
    });
    console.log(`${folder}: ${status === 0 ? "locked" : "not locked"}`);
    if (status !== 0) process.exitCode = 1;
  }
}

/** Those of every lock, and what a line `# lock: OPTION…` of the folder's requirements.in adds. */
function optionsOf(folder: string): string[] {
  const text = readFileSync(join(folder, "requirements.in"), "utf8");
  const own = /^# lock: (.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  return [
    ...["--no-header", "--no-annotate", "--generate-hashes", "--python-version", "3.11"],
    // The images are Linux; what users run themselves is whatever they have.
    ...(own.includes("--universal") ? [] : ["--python-platform", "linux"]),
    ...(existsSync(join(folder, "overrides.txt")) ? ["--overrides", "overrides.txt"] : []),
    ...own,
  ];
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 64;
}
