import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { runToEnd } from "../support/run-to-end.ts";
import { scratchClone, writeTestSettings } from "../support/system-stack.ts";
import { type Comparison, comparisonTable } from "./comparison.ts";
import {
  type Contestant,
  dockerCompose,
  ourselves,
  settingsFile,
  stackName,
} from "./contestant.ts";
import { describeMachine } from "./describe-machine.ts";
import { withSection } from "./marked-section.ts";
import { ratioPlot } from "./ratio-plot.ts";
import { docker } from "./stack-container.ts";

// What a person waits for, beside Docker Compose: `npm run bench:up`.
//
// - Both run the same images, settings, health checks and volumes: Compose has the file that
//   `./stack export compose` writes, and they take turns on one stack, never at the same time.
// - A round is everything that one of them does, from a cold `up` to `down`; rounds alternate, A B A B. What
//   changes nothing is measured three times in a round.
// - Both are quiet and without a terminal. Compose starts with `up --detach --wait`, for `./stack up` returns
//   when every service is healthy, too.
// - Images are built and every file has been read before the first round.
// - The stack is in its own clone under the temporary folder, with ports that nothing uses. It is removed
//   at the end, its data too; images stay, as they do after any `down`.
//
// `--rounds N` (3), `--only help,down` for some of the work, `--write` for docs/figures.md and its plot.
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
if (values.write && values.only !== "")
  throw new Error("--write needs all of the work: leave out --only.");
const rounds = Number(values.rounds);
const repeats = 3;

/** By the name that `--only` has for it; the aims are those that we have set ourselves. */
const works = {
  noop: { title: "up, nothing to do", aim: 0.2 },
  cold: { title: "up, all images there", aim: 0.8 },
  down: { title: "down", aim: 1.2 },
  config: { title: "up, one service changed" },
  container: { title: "up, one container gone" },
  preview: { title: "preview" },
  status: { title: "status", aim: 3 },
  logs: { title: "logs, 100 lines", aim: 3 },
  health: { title: "health" },
} as const satisfies Readonly<Record<string, Pick<Comparison, "title" | "aim">>>;
type Work = keyof typeof works;

const wanted = values.only === "" ? undefined : values.only.split(",");
const samples = new Map<string, number[]>();
const root = join(import.meta.dirname, "../..");

const machine = await describeMachine();

await using cleanup = new AsyncDisposableStack();
// The command under way comes to its end; what was made is removed all the same.
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stopped.abort();
  });
}
const help = isWanted("help") ? await helpTable() : "";
const titles = { ours: "this program", theirs: "" };
const comparisons = Object.keys(works).some(isWanted) ? await compareStacks() : [];
const parts = [machine, comparisons.length > 0 ? comparisonTable(comparisons, titles) : "", help];
const text = parts.filter((part) => part !== "").join("\n\n");
console.log(`\n${text}`);
if (values.write) write(text);

/** Rounds of both, one after the other. */
async function compareStacks(): Promise<Comparison[]> {
  const clone = scratchClone();
  cleanup.defer(() => {
    rmSync(clone, { recursive: true, force: true });
  });
  await writeTestSettings(clone, `bench${process.pid.toString(36)}`, {}, stackName);
  const ours = ourselves(clone);
  cleanup.defer(ours.remove);
  say("bringing the stack up once: its images, its data, the file cache");
  await ours.up();
  const theirs = await dockerCompose(clone);
  titles.theirs = theirs.name;
  cleanup.defer(theirs.remove);
  await ours.down();
  await theirs.up();
  await theirs.down();
  for (let round = 1; round <= rounds; round += 1) {
    for (const each of [theirs, ours]) {
      say(`round ${round} of ${rounds}: ${each.name}`);
      await measureRound(each, clone);
    }
  }
  return Object.entries(works)
    .filter(([work]) => isWanted(work))
    .map(([work, about]) => ({
      ...about,
      ours: samples.get(`${ours.name}/${work}`) ?? [],
      theirs: samples.get(`${theirs.name}/${work}`) ?? [],
    }));
}

async function measureRound(who: Contestant, clone: string): Promise<void> {
  const measure = async (work: Work, command: (() => Promise<void>) | undefined, times = 1) => {
    if (!command || !isWanted(work)) return;
    for (let count = 0; count < times; count += 1) {
      keep(`${who.name}/${work}`, await timed(command));
    }
  };
  // Also where nobody asked for its figure: everything else needs a stack that is up.
  keep(`${who.name}/cold`, await timed(who.up));
  await settled();
  await measure("noop", who.up, repeats);
  await measure("status", who.status, repeats);
  await measure("logs", who.logs, repeats);
  await measure("health", who.health, repeats);
  await measure("preview", who.preview, repeats);
  if (isWanted("config")) {
    changeSecret(clone, "SEARXNG_SECRET");
    await measure("config", who.up);
  }
  if (isWanted("container")) {
    docker("rm", "--force", containerOf(clone, "searxng"));
    await measure("container", who.up);
    await settled();
  }
  keep(`${who.name}/down`, await timed(who.down));
}

/** What a service still does after its health check has answered for the first time is not ours to measure. */
async function settled(): Promise<void> {
  await delay(5_000);
}

/** Only the service that reads it gets another container, by both. */
function changeSecret(clone: string, name: string): void {
  const path = join(clone, settingsFile);
  const line = new RegExp(`^${name}=.*$`, "m");
  const before = readFileSync(path, "utf8");
  if (!line.test(before)) throw new Error(`${settingsFile} has no ${name}.`);
  writeFileSync(path, before.replace(line, `${name}=${randomBytes(32).toString("hex")}`));
}

function containerOf(clone: string, service: string): string {
  const [, project] = /^STACK_PROJECT_NAME=(.*)$/m.exec(
    readFileSync(join(clone, settingsFile), "utf8"),
  ) as unknown as [string, string];
  return `${project}-${stackName}-${service}`;
}

/** `./stack --help` beside what Node itself needs to start. */
async function helpTable(): Promise<string> {
  const run =
    (program: string, ...words: string[]) =>
    () =>
      runToEnd(program, words, { cwd: root });
  const ours = run(join(root, "stack"), "--help");
  const bare = run(process.execPath, "-e", "0");
  await ours();
  await bare();
  for (let count = 0; count < rounds * repeats; count += 1) {
    keep("bare/help", await timed(bare));
    keep("this program/help", await timed(ours));
  }
  const all = {
    ours: samples.get("this program/help") ?? [],
    theirs: samples.get("bare/help") ?? [],
  };
  const names = { ours: "this program", theirs: "node -e 0" };
  return comparisonTable([{ title: "--help", aim: 3, ...all }], names);
}

function write(figures: string): void {
  const page = join(root, "docs/figures.md");
  const plot = "images/bench-up.svg";
  const image = `![Times by Docker Compose's, for each piece of work](${plot})`;
  const content = withSection(readFileSync(page, "utf8"), "bench:up", `${figures}\n\n${image}`);
  writeFileSync(page, content);
  const title = `Time by that of ${titles.theirs}: shorter is faster`;
  writeFileSync(join(root, "docs", plot), ratioPlot(comparisons, { title, against: "as fast" }));
  execFileSync("npx", ["prettier", "--write", page], { cwd: root, stdio: "ignore" });
}

function isWanted(work: string): boolean {
  return wanted === undefined || wanted.includes(work);
}

function keep(key: string, milliseconds: number): void {
  samples.set(key, [...(samples.get(key) ?? []), milliseconds]);
}

async function timed(command: () => Promise<unknown>): Promise<number> {
  stopped.signal.throwIfAborted();
  const began = performance.now();
  await command();
  return performance.now() - began;
}

function say(message: string): void {
  console.error(message);
}
