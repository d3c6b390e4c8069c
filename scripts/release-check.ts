import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { registryImages } from "../infra/images/registry-images.ts";
import { runStack, scratchClone, writeTestSettings } from "../test/support/system-stack.ts";

// The checklist before a release. Its stack is called `test` and is in a scratch clone with its own
// ports; the stack `dev` and this clone's data are never touched.
const root = join(import.meta.dirname, "..");
const results: { readonly step: string; readonly ok: boolean; readonly seconds: number }[] = [];

async function step(name: string, action: () => boolean | Promise<boolean>): Promise<void> {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const ok = await action();
  results.push({ step: name, ok, seconds: Math.round((Date.now() - started) / 1000) });
}

function npm(...words: string[]): boolean {
  return spawnSync("npm", words, { cwd: root, stdio: "inherit" }).status === 0;
}

/** The runbook's first three points, on its own clone. */
async function stackSteps(): Promise<void> {
  const clone = scratchClone();
  await writeTestSettings(clone, `rc${process.pid.toString(36)}`);
  const stack = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await runStack(clone, words);
    console.log(stdout + stderr);
    return exitCode === 0;
  };
  try {
    await step("up", () => stack("up", "--yes"));
    await step("down", () => stack("down"));
    await step("up again, and nothing left to change", () => stack("up", "--yes", "--verify"));
    await step("smoke", () => stack("smoke"));
  } finally {
    await step("down, data too", () => stack("down", "--remove-volumes", "--yes"));
    rmSync(clone, { recursive: true, force: true });
  }
}

/** What only a machine with internet can do: it is asked for, and fails no release elsewhere. */
function reminders(): string[] {
  const open = Object.values(registryImages).filter(({ digest }) => digest === undefined);
  if (open.length === 0) return [];
  const names = open.map(({ repository, tag }) => `${repository}:${tag}`).join(", ");
  return [`on a machine with internet, run ./stack images lock: no digest yet of ${names}`];
}

await step("nothing uncommitted", () => {
  const { stdout } = spawnSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
  if (stdout !== "") console.log(stdout);
  return stdout === "";
});
await step("the changelog says what is new", () => {
  const [, unreleased = ""] = readFileSync(join(root, "CHANGELOG.md"), "utf8").split(/^## .*$/m);
  return unreleased.includes("- ");
});
await step("checks, generated documents among them", () => npm("run", "check"));
await stackSteps();
await step("every test, the runbook's blocks among them", () => npm("test"));
await step("every fault that has a test", () => npm("run", "test:faults"));
await step("newer engines, on another machine", () => npm("run", "test:engines"));
await step("pulls from a registry, and all that one does wrong", () => npm("run", "test:registry"));

console.log("\n=== The checklist");
for (const { step: name, ok, seconds } of results) {
  console.log(`[${ok ? "x" : " "}] ${name} (${seconds} s)`);
}
for (const reminder of reminders()) console.log(`[?] ${reminder}`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
