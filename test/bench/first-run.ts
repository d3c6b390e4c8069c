import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { runStack, scratchClone, writeTestSettings } from "../support/system-stack.ts";
import { describeMachine } from "./describe-machine.ts";
import { clock, eventMoment, launcherMoment, type Moment, partsOf, phaseTable } from "./phases.ts";
import { docker } from "./stack-container.ts";

// The first `./stack up` of a machine, by phase: `npm run bench:first-run`.
//
// It runs in a fresh clone, and every cache of its own making is a new folder: npm's, pip's, Go's and ours. It
// removes what it made, its stack and its data too. What it leaves out: the installation of Docker where Docker is
// there, and Debian's packages in apt's own cache.
//
// The engine's images and layers are everybody's on this machine. Without `--prune` they stay, images come from
// them, and the figures say so. With `--prune` every image that no container uses and the whole build cache are
// deleted first, whoever made them.
const { values } = parseArgs({ options: { prune: { type: "boolean", default: false } } });
const stackName = "first";

await using cleanup = new AsyncDisposableStack();
process.on("SIGINT", () => undefined);
if (values.prune) {
  console.error("deleting all images that no container uses, and the build cache");
  docker("image", "prune", "--all", "--force");
  docker("builder", "prune", "--all", "--force");
}
const layers = values.prune ? "deleted before" : "as they were";
const caches = mkdtempSync(join(tmpdir(), "first-run-"));
cleanup.defer(() => {
  // Go makes the folders of modules read-only.
  execFileSync("chmod", ["--recursive", "u+w", caches]);
  rmSync(caches, { recursive: true, force: true });
});
const clone = scratchClone();
cleanup.defer(() => {
  rmSync(clone, { recursive: true, force: true });
});
await writeTestSettings(clone, `first${process.pid.toString(36)}`, {}, stackName);
const environment = {
  XDG_CACHE_HOME: join(caches, "cache"),
  npm_config_cache: join(caches, "npm"),
  GOPATH: join(caches, "go"),
  GOMODCACHE: join(caches, "go/modules"),
  GOCACHE: join(caches, "go/build"),
};
cleanup.defer(async () => {
  await runStack(clone, ["down", "--remove-volumes", "--yes"], environment, stackName);
});
const { moments, total } = await firstUp();
const about = `${await describeMachine()} Docker's images and build cache: ${layers}.`;
console.log(`${about}\n\n${phaseTable(partsOf(moments))}\n\nIn all: ${clock(total)}.`);

async function firstUp(): Promise<{ readonly moments: Moment[]; readonly total: number }> {
  const began = performance.now();
  const moments: Moment[] = [];
  const keep = (moment: Moment | undefined) => {
    if (moment) moments.push(moment);
  };
  const now = () => performance.now() - began;
  const words = ["up", "--yes", "--json", "--stack", stackName];
  const child = spawn(join(clone, "stack"), words, {
    cwd: clone,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    errors.push(line);
    keep(launcherMoment(line, now()));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = JSON.parse(line) as Record<string, unknown>;
    if (event["type"] === "error") errors.push(line);
    keep(eventMoment(event, now()));
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`up ended with ${code}:\n${errors.slice(-20).join("\n")}`);
  return { moments, total: now() };
}
