import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";
import { listEngineProcesses } from "../../cli/pulumi/engine-processes.ts";
import { readLocks } from "../../cli/pulumi/engine-lock.ts";
import { staleLock } from "../../cli/stack/stack-lock.ts";
import { workspaceOf } from "../../cli/os/workspace.ts";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { eventually } from "../support/eventually.ts";
import { serviceNames } from "../support/service-names.ts";
import { startStack } from "../support/started-stack.ts";
import { docker, systemStack, upIsHealthy } from "../support/system-stack.ts";

type Event = Readonly<Record<string, unknown>>;

// The same moments in every run, and others when it is changed.
let seed = 20_261_129;

/** The next of a fixed row of numbers from 0 to `limit`, exclusive. */
function random(limit: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed % limit;
}

const workspace = () => workspaceOf(systemStack().clone, "test");
const project = () => readFromEnvFile(systemStack().clone, "STACK_PROJECT_NAME");
const containers = () =>
  lines(docker("ps", "--all", "--filter", `name=^${project()}-test-`, "--format", "{{.Names}}"));
const networks = () => lines(docker("network", "ls", "--filter", `name=^${project()}-test`, "-q"));
const volumes = () => lines(docker("volume", "ls", "--filter", `name=^${project()}-test-`, "-q"));

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** What Postgres says to a statement, as its own user. */
function sql(statement: string): string {
  const postgres = `${project()}-test-postgres`;
  const words = ["psql", "-h", "/tmp", "-U", "postgres", "-d", "postgres", "-At", "-c", statement];
  return docker("exec", postgres, ...words);
}

/** Kills a command some time after the first event that is waited for. */
async function kill(
  command: readonly string[],
  wanted: (event: Event) => boolean,
  jitterMilliseconds = 400,
): Promise<void> {
  const started = startStack(systemStack().clone, command);
  await started.event(wanted);
  await delay(random(jitterMilliseconds));
  started.kill("SIGKILL");
  await started.ended;
  await endsWithItsCommand();
}

/** Nothing of an engine outlives its command: a plugin takes up to 100 MB. */
async function endsWithItsCommand(): Promise<void> {
  const left = () => listEngineProcesses(workspace());
  await eventually(() => left().length === 0, "the end of the engine and its plugins");
}

function expectNoLeftovers(): void {
  expect(readLocks(workspace()), "the engine's locks").to.deep.equal([]);
  expect(staleLock(workspace()), "the stack's lock").to.equal(undefined);
  expect(listEngineProcesses(workspace()), "processes").to.deep.equal([]);
}

/** Every service once, one network, the same volumes and the same data. */
function expectWhole(kept: readonly string[]): void {
  const wanted = serviceNames.map((name) => `${project()}-test-${name}`);
  expect(containers()).to.have.members(wanted);
  expect(networks()).to.have.length(1);
  expect(volumes()).to.have.members([...kept]);
  expect(sql("SELECT word FROM kill_test")).to.equal("kept");
  expectNoLeftovers();
}

async function succeeds(...command: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await systemStack().stack(...command);
  expect(exitCode, stdout + stderr).to.equal(0);
}

const atOnce = () => true;
const ofAgent =
  (words: string) =>
  ({ subject, message }: Event) =>
    subject === "agent" && String(message).includes(words);

/** Accepts the removal of the `count`th service. */
function removalOf(count: number): (event: Event) => boolean {
  const removed = new Set<unknown>();
  return ({ phase, subject, message }) => {
    if (phase === "services" && message === "removed") removed.add(subject);
    return removed.size >= count;
  };
}

describe("after a kill -9, the next command", () => {
  let kept: string[] = [];

  before(() => {
    sql("CREATE TABLE kill_test (word text); INSERT INTO kill_test VALUES ('kept')");
    kept = volumes();
  });

  after(async () => {
    setInEnvFile(systemStack().clone, "LOG_LEVEL", "info");
    await upIsHealthy();
    sql("DROP TABLE kill_test");
  });

  /** A change that replaces the agent and nothing else. */
  function changeAgent(): void {
    const { clone } = systemStack();
    const level = readFromEnvFile(clone, "LOG_LEVEL") === "debug" ? "info" : "debug";
    setInEnvFile(clone, "LOG_LEVEL", level);
  }

  for (const [moment, wanted] of [
    ["before the engine", atOnce],
    ["while the engine replaces a container", ofAgent("replacing")],
    ["at the health check", ofAgent("health check")],
    ["at the end", ({ subject, status }: Event) => subject === "agent" && status === "done"],
  ] as const) {
    it(`of an up ${moment} finds all data, and leaves nothing of it`, async () => {
      changeAgent();
      await kill(["up", "--yes"], wanted);

      await succeeds("up", "--yes");
      expectWhole(kept);
    });
  }

  it("of an up's engine ends its plugins, and says in words what happened", async () => {
    changeAgent();
    const up = startStack(systemStack().clone, ["up", "--yes"]);
    await up.event(ofAgent("health check"));
    const all = listEngineProcesses(workspace());
    const pids = new Set(all.map(({ pid }) => pid));
    const engine = all.find(({ parent }) => !pids.has(parent));
    process.kill(engine?.pid ?? 0, "SIGKILL");
    const { exitCode, stdout, stderr } = await up.ended;

    expect(all.length).to.be.greaterThan(1);
    expect(exitCode, stdout + stderr).to.equal(1);
    expect(stdout).to.include("engine was killed (SIGKILL)").and.not.to.include("bug of ours");
    await endsWithItsCommand();
    await succeeds("up", "--yes");
    expectWhole(kept);
  });

  it("of an engine in the middle of a write finds the state that was there before", async () => {
    const { state } = workspace();
    const attributes = join(state, ".pulumi/stacks/agent-stack/test.json.attrs");
    const locks = join(state, ".pulumi/locks/organization/agent-stack/test");
    writeFileSync(attributes, "");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "0.json.1.tmp"), "{");

    await succeeds("status");
    await succeeds("up", "--yes", "--verify");
    await succeeds("restart", "agent", "--build");
    expectWhole(kept);
    expect(readdirSync(locks)).to.deep.equal([]);
  });

  it("of a down at its beginning brings all of it up, and leaves no lock", async () => {
    await kill(["down"], atOnce);

    await succeeds("up", "--yes");
    expectWhole(kept);
  });

  it("of a down between two removals takes the rest down", async () => {
    await kill(["down"], removalOf(2 + random(3)));

    await succeeds("down");
    expect(containers()).to.deep.equal([]);
    expect(networks()).to.deep.equal([]);
    expect(volumes()).to.have.members(kept);
    expectNoLeftovers();
  });

  it("of an up while the first containers are made brings all of them up", async () => {
    await kill(
      ["up", "--yes"],
      ({ subject, status }) => subject === "postgres" && status === "running",
    );

    await succeeds("up", "--yes");
    expectWhole(kept);
  });

  it("of a down at its end brings all of it up", async () => {
    await kill(["down"], removalOf(serviceNames.length), 200);

    await succeeds("up", "--yes");
    expectWhole(kept);
  });

  for (const [moment, wanted] of [
    ["before the engine", atOnce],
    ["while the engine replaces a container", ofAgent("replacing")],
    ["at the health check", ofAgent("health check")],
  ] as const) {
    it(`of a rollback ${moment} brings the good stack back`, async () => {
      changeAgent();
      await succeeds("up", "--yes");
      await kill(["rollback", "--yes"], wanted);

      await succeeds("rollback", "--yes");
      expectWhole(kept);
      await succeeds("health");
      await succeeds("up", "--yes");
    });
  }

  it("of a restart finds all of it healthy again", async () => {
    await kill(["restart", "agent"], ofAgent("restarting"), 2_000);

    await succeeds("health", "--wait");
    // Reading commands take no lock, so it is the next one that changes something that finds it.
    await succeeds("restart", "agent");
    expectWhole(kept);
  });
}).timeout(600_000);

describe("Ctrl-C", () => {
  it("ends a restart within a second, and says that Docker finishes it", async () => {
    const restart = startStack(systemStack().clone, ["restart", "agent"]);
    await restart.event(ofAgent("restarting"));
    const sent = Date.now();
    restart.kill("SIGINT");
    const { exitCode, stdout } = await restart.ended;

    expect(Date.now() - sent).to.be.lessThan(1_500);
    expect(exitCode).to.equal(130);
    expect(stdout).to.include("Docker finishes that by itself");
    await succeeds("health", "--wait");
  });

  it("in a down says what still runs, and that is true", async () => {
    const down = startStack(systemStack().clone, ["down"]);
    await down.event(removalOf(1));
    down.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await down.ended;
    const [, said = ""] = /Interrupted: ([\w, -]+) (?:is|are) running now/.exec(stdout) ?? [];

    expect(exitCode, stdout + stderr).to.equal(130);
    expect(stdout + stderr).not.to.include("bug of ours");
    expect(said.split(", ").map((name) => `${project()}-test-${name}`)).to.have.members(
      containers(),
    );
    await upIsHealthy();
  });
}).timeout(600_000);
