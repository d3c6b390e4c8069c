import { expect } from "chai";
import type Docker from "dockerode";
import type { Activity } from "../../cli/activity.ts";
import { type UpdateWatch, watchUpdate } from "../../cli/update-watch.ts";
import { workspaceOf } from "../../cli/workspace.ts";
import { labelNames } from "../../infra/render-container.ts";
import { eventually } from "../support/eventually.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

interface Condition {
  readonly Running: boolean;
  readonly OOMKilled: boolean;
  readonly Health: { readonly Status: string; readonly Log: readonly object[] };
}

/** One container of the service `agent`, by its id, in a condition that a test changes. */
class Engine {
  readonly removed: string[] = [];
  #id = "";
  #condition: Condition = starting;

  get docker(): Docker {
    return {
      listContainers: () => Promise.resolve([{ Id: this.#id }]),
      getContainer: (id: string) => ({
        inspect: () => Promise.resolve(this.#inspection(id)),
        logs: () => Promise.resolve(Buffer.alloc(0)),
        remove: () => {
          this.removed.push(id);
          return Promise.resolve();
        },
      }),
    } as unknown as Docker;
  }

  runs(id: string, condition: Condition): void {
    this.#id = id;
    this.#condition = condition;
  }

  #inspection(id: string): object {
    const fixed = { Restarting: false, Paused: false, ExitCode: 0, StartedAt: "2026", Error: "" };
    return {
      Id: id,
      Name: "/agent-stack-dev-agent",
      Image: "sha256:1",
      RestartCount: 0,
      Mounts: [],
      State: { ...fixed, ...this.#condition },
      Config: { Labels: { [labelNames.service]: "agent" }, Image: "x", Env: [] },
      NetworkSettings: { Ports: {}, Networks: {} },
    };
  }
}

function condition(status: string, OOMKilled = false): Condition {
  return { Running: true, OOMKilled, Health: { Status: status, Log: [] } };
}

const starting = condition("starting");

describe("the watch of an update", () => {
  const folder = scratchFolder();
  let engine: Engine;
  let said: Activity[];
  let watch: UpdateWatch;

  beforeEach(() => {
    engine = new Engine();
    said = [];
  });

  function start(): void {
    watch = watchUpdate({
      docker: engine.docker,
      marks: { owner: "o", stackName: "dev" },
      workspace: workspaceOf(folder.path, "dev"),
      work: { services: new Map([["agent", Date.now()]]), images: new Map() },
      before: ["old"],
      report: (activity) => said.push(activity),
    });
  }

  afterEach(() => watch.stop());

  for (const [what, old] of [
    ["was once killed for memory", { ...condition("healthy", true), Running: false }],
    ["turns unhealthy while it is stopped", condition("unhealthy")],
  ] as const) {
    it(`says nothing of the container that is replaced, which ${what}`, async () => {
      engine.runs("old", old);
      start();
      await eventually(() => said.length > 0, "it reports");
      engine.runs("new", starting);
      await eventually(
        () => said.some(({ message }) => message.startsWith("waiting for its health check")),
        "it looks at the new one",
      );

      expect(said[0]?.message).to.match(/^stopping, /);
      expect(said.map(({ status }) => status)).not.to.include("failed");
      expect(watch.failures).to.deep.equal([]);
      expect(engine.removed).to.deep.equal([]);
    });
  }

  it("gives the new one up when Docker does", async () => {
    engine.runs("new", condition("unhealthy"));
    start();
    await eventually(() => engine.removed.length > 0, "it is removed");

    expect(watch.failures.map(({ reason }) => reason)).to.deep.equal(["turned unhealthy"]);
    expect(said.filter(({ status }) => status === "failed")).to.have.length(1);
  });
});
