import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { postToAgent, queryAgentDatabase } from "../support/agent-calls.ts";
import { eventually } from "../support/eventually.ts";
import { markData, marksOfData, removeMarkedData } from "../support/marked-data.ts";
import { addLongMessages, allRemembered, pointsOf } from "../support/remembered.ts";
import { seededMoments } from "../support/seeded-moments.ts";
import { startStack, type StartedStack } from "../support/started-stack.ts";
import { leftBehind, qdrantClient } from "../support/stores.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { docker, errorOf, resultOf, systemStack } from "../support/system-stack.ts";

async function succeeding(...words: string[]): Promise<Readonly<Record<string, unknown>>> {
  const result = await systemStack().stack(...words, "--json");
  expect(result.exitCode, result.stdout + result.stderr).to.equal(0);
  return resultOf(result.stdout);
}

/** A set that was being written is for the next backup to remove: up does not know where sets are. */
function leftBehindBy(next: "up" | "a backup"): string[] {
  return leftBehind().filter((name) => next !== "up" || !name.endsWith(".partial"));
}

async function allIsWell(next: "up" | "a backup" = "a backup"): Promise<void> {
  const health = await systemStack().stack("health");
  const status = await systemStack().stack("status");
  expect(health.exitCode, health.stdout).to.equal(0);
  expect(status.stderr).not.to.include("cut short");
  // What was under way in a container when its command was killed comes to its end there.
  const isClear = () => leftBehindBy(next).length === 0;
  await eventually(isClear, "nothing is left behind", 15_000).catch(() => {
    expect(leftBehindBy(next)).to.deep.equal([]);
  });
}

/** Kills a command at a moment, and gives what it had said. */
async function killedAt(
  words: readonly string[],
  moment: (started: StartedStack) => Promise<unknown>,
): Promise<CommandResult> {
  const started = startStack(systemStack().clone, words);
  await moment(started);
  started.kill("SIGKILL");
  return started.ended;
}

const said = (subject: string | RegExp, message: string) => (started: StartedStack) =>
  started.event(
    (event) => String(event["subject"]).match(subject) !== null && event["message"] === message,
  );

/** The journal of the restore, as it is on the disk at this moment. */
function phaseOf(): string | undefined {
  const path = join(systemStack().clone, ".stack/restores/test.json");
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { phase: string }).phase;
  } catch {
    return undefined;
  }
}

async function whenPhaseIs(phase: string): Promise<void> {
  while (phaseOf() !== phase) await delay(1);
}

async function whenServicesHaveStopped(): Promise<void> {
  const users = ["agent", "phoenix", "open-webui"].map((name) => systemStack().containerId(name));
  const states = () => docker("inspect", "--format", "{{.State.Running}}", ...users).split("\n");
  while (states().includes("true")) await delay(20);
}

/** From the first change to the data to the last takes about so long. */
const applyMilliseconds = 3000;

const moments: readonly (readonly [string, (restore: StartedStack) => Promise<unknown>])[] = [
  ["the present data is being saved", said("postgres agent", "counting rows")],
  ["a dump is loading", said("postgres phoenix", "loading beside the present database")],
  ["files are being unpacked", said("files open-webui", "unpacking beside the present files")],
  ["services are stopping", said("agent", "stopping")],
  ["Qdrant is being given a snapshot", said("qdrant t_marked", "restoring")],
  ["files are being exchanged", said("files open-webui", "restoring")],
  ...seededMoments(3, 12).map((share): (typeof moments)[number] => {
    const after = Math.round(share * applyMilliseconds);
    const at = async () => {
      await whenServicesHaveStopped();
      await delay(after);
    };
    return [`data is being replaced, ${after} ms after the services stopped`, at];
  }),
  ["services are starting", said("agent", "starting")],
  ["what is not needed is being removed", () => whenPhaseIs("clearing")],
];

describe("kill -9 of a restore", function () {
  this.timeout(600_000);
  let set: string;

  before(async () => {
    await markData("set");
    set = (await succeeding("backup", "create"))["path"] as string;
  });
  after(() => removeMarkedData());

  moments.forEach(([when, at], index) => {
    const next = index % 2 === 0 ? "up" : "restore";
    it(`when ${when}: the next ${next} leaves one moment's data, healthy, and nothing beside`, async () => {
      await markData("before");

      const killed = await killedAt(["backup", "restore", set, "--yes"], at);
      const phase = phaseOf();
      if (next === "up") await succeeding("up", "--yes");
      else await succeeding("backup", "restore", set, "--yes");

      expect(killed.exitCode, killed.stdout).to.equal(-1);
      const wanted = next === "restore" || phase === "clearing" ? "set" : "before";
      expect(await marksOfData(), `killed while ${phase ?? "nothing was noted"}`).to.deep.equal([
        wanted,
      ]);
      await allIsWell(next === "up" ? "up" : "a backup");
    });
  });
});

describe("kill -9 of a restore whose stack is then taken down", function () {
  this.timeout(600_000);

  it("is undone by the up that brings the stores back", async () => {
    await markData("set");
    const { path } = await succeeding("backup", "create");
    await markData("before");
    const moment = said("files open-webui", "restoring");

    await killedAt(["backup", "restore", path as string, "--yes"], moment);
    await succeeding("down");
    const created = await systemStack().stack("backup", "create", "--json");
    await succeeding("up", "--yes");

    expect(errorOf(created.stdout).remedy).to.include("./stack --stack test up");
    expect(await marksOfData()).to.deep.equal(["before"]);
    await allIsWell("up");
    await removeMarkedData();
  });
});

describe("kill -9 of backup create", function () {
  this.timeout(300_000);

  it("at six moments leaves nothing that the next one does not clear away", async () => {
    await markData("kept");
    const started = Date.now();
    await succeeding("backup", "create");
    const took = Date.now() - started;

    for (const share of seededMoments(6, 3)) {
      await killedAt(["backup", "create"], () => delay(share * took));
    }
    const { path } = await succeeding("backup", "create");
    const verified = await systemStack().stack("backup", "verify", path as string);

    expect(verified.exitCode, verified.stdout + verified.stderr).to.equal(0);
    expect(await snapshotsOnServer()).to.deep.equal([]);
    expect(await marksOfData()).to.deep.equal(["kept"]);
    await allIsWell();
    await removeMarkedData();
  });

  it("while the server makes and sends a snapshot leaves none there", async () => {
    await markData("kept");
    // The first bytes of the first collection: its snapshot is on the server.
    await killedAt(["backup", "create"], (create) =>
      create.event(({ subject }) => String(subject).startsWith("qdrant ")),
    );
    const between = await snapshotsOnServer();

    await succeeding("backup", "create");

    expect(between).to.have.length(1);
    expect(await snapshotsOnServer()).to.deep.equal([]);
    await removeMarkedData();
  });
});

async function snapshotsOnServer(): Promise<string[]> {
  const { collections } = await qdrantClient().getCollections();
  const found = collections.map(async ({ name }) => qdrantClient().listSnapshots(name));
  return (await Promise.all(found)).flat().map(({ name }) => name);
}

describe("kill -9 of qdrant ensure-schema --recreate", function () {
  this.timeout(600_000);
  const recreate = ["qdrant", "ensure-schema", "--recreate"];

  /** What somebody said at length, so that embedding all of it takes some seconds. */
  before(async () => {
    const response = await postToAgent("/v1/agent", { prompt: "My kettle is green." });
    expect(response.status).to.equal(200);
    addLongMessages("t_killed", { messages: 3, words: 40 });
    await allRemembered();
  });
  after(() => {
    queryAgentDatabase("DELETE FROM conversations WHERE user_id = 't_killed'");
  });

  it("at six moments leaves the memory whole, and the next one clears away what was half full", async () => {
    const started = Date.now();
    await succeeding(...recreate);
    const took = Date.now() - started;
    const points = await pointsOf();

    for (const share of seededMoments(6, 7)) {
      await killedAt(recreate, () => delay(share * took));
      // The swap is one step: whichever collection it is, it is full.
      expect(await pointsOf()).to.equal(points);
    }
    await eventually(noRecreationRuns, "nothing fills a collection any more", 30_000);
    const aliases = await aliasesOf();
    await succeeding(...recreate, "--prune");

    expect(aliases).to.deep.equal(["agent_memory"]);
    expect(await pointsOf()).to.equal(points);
    const { collections } = await qdrantClient().getCollections();
    expect(collections).to.have.length(1);
    await allIsWell();
  });

  it("and Ctrl-C while it fills: the old collection stays, and no other", async () => {
    const before = (await qdrantClient().getCollections()).collections;
    const started = startStack(systemStack().clone, recreate);
    await eventually(async () => (await aliasesOf()).length > 1, "it fills a collection");
    started.kill("SIGINT");
    const asked = Date.now();
    const { exitCode, stdout } = await started.ended;

    expect(Date.now() - asked).to.be.lessThan(2000);
    expect(exitCode, stdout).to.equal(130);
    expect(stdout).to.include("the memory is whole");
    await eventually(async () => (await aliasesOf()).length === 1, "it has gone");
    expect((await qdrantClient().getCollections()).collections).to.deep.equal(before);
  });
});

async function aliasesOf(): Promise<string[]> {
  const { aliases } = await qdrantClient().getAliases();
  return aliases.map(({ alias_name: name }) => name).sort();
}

function noRecreationRuns(): boolean {
  const programs = docker("top", systemStack().containerId("agent"), "-eo", "pid,args");
  return !programs.includes("maintenance.ts");
}
