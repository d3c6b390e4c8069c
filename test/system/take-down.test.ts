import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { takeDown } from "../../cli/deploy/take-down.ts";
import { dockerClient } from "../../cli/docker/docker-client.ts";
import { engineMachine } from "../../cli/docker/host/engine-machine.ts";
import { findDockerHost } from "../../cli/docker/host/find-docker-host.ts";
import { openDeployment } from "../../cli/pulumi/deployment.ts";
import { engineProject } from "../../cli/pulumi/engine-project.ts";
import { readState } from "../../cli/pulumi/read-state.ts";
import {
  outputsOf,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../../cli/pulumi/stack-state.ts";
import type { Session } from "../../cli/stack/session.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { stackImage } from "../bench/stack-container.ts";
import { type BareEngine, bareEngine } from "../support/bare-engine.ts";
import { desiredWith } from "../support/desired.ts";
import { rejection } from "../support/rejection.ts";
import { docker } from "../support/system-stack.ts";

const services = ["postgres", "phoenix", "open-webui"];
const project = `td${process.pid.toString(36)}`;
const onEvent = () => undefined;

/** Three services of the stack in name; in each container only `sleep` runs. */
function desiredNow(): DesiredStack {
  const whole = desiredWith({ STACK_PROJECT_NAME: project });
  const image = docker("image", "inspect", "--format", "{{.Id}}", stackImage("postgres"));
  const tests = ["CMD", "true"];
  return {
    ...whole,
    specs: whole.specs
      .filter(({ name }) => services.includes(name))
      .map((spec) => ({ ...spec, mounts: [] })),
    containers: whole.containers
      .filter(({ service }) => services.includes(service))
      .map((container) => ({
        ...container,
        args: {
          ...container.args,
          ...{ entrypoints: ["sleep"], command: ["1000"], ports: [], volumes: [], uploads: [] },
          healthcheck: { ...container.args.healthcheck, tests, interval: "1s" },
        },
      })),
    preparations: [],
    images: { kept: Object.fromEntries(services.map((name) => [name, image])), resources: [] },
  };
}

describe("taking a stack down by Docker's own hand", function () {
  this.timeout(10 * 60_000);
  let bare: BareEngine;
  let desired: DesiredStack;
  let session: Session;
  const state = () => readState(bare.workspace, bare.engine);
  const up = async () =>
    (await openDeployment(bare.workspace, bare.engine, desired)).update({ onEvent });
  const down = async (everything = false) => {
    const options = { everything, report: () => undefined, signal: new AbortController().signal };
    await takeDown(session, desired.identity, await state(), options);
  };
  const left = () =>
    docker("ps", "--all", "--quiet", "--filter", `name=^/${project}-`) +
    docker("network", "ls", "--quiet", "--filter", `name=^${project}-`);
  /** As the last check has read it. */
  let current: StackState;
  const expectNothing = async () => {
    current = await state();
    expect(left()).to.equal("");
    for (const type of [resourceTypes.container, resourceTypes.network]) {
      expect(resourcesOf(current, type)).to.deep.equal([]);
    }
    expect(current.pending).to.deep.equal([]);
  };
  /** Changes the state as an interrupted engine would have left it. */
  const edit = async (change: (text: string) => string) => {
    const { executable } = await bare.engine.program();
    const pulumi = (...words: string[]) =>
      execFileSync(executable, [...words, "--stack", "test", "--non-interactive"], {
        cwd: engineProject(bare.workspace, bare.engine.environment).folder,
        env: bare.engine.environment,
        encoding: "utf8",
      });
    const file = join(bare.root, "edited.json");
    writeFileSync(file, change(pulumi("stack", "export")));
    pulumi("stack", "import", "--file", file);
  };

  before(async () => {
    const address = await findDockerHost({ environment: process.env });
    if (!address) throw new Error("there is no Docker engine");
    bare = await bareEngine({ DOCKER_HOST: address.host });
    desired = desiredNow();
    session = {
      workspace: bare.workspace,
      engine: bare.engine,
      docker: dockerClient(address),
      address,
      machine: engineMachine(address),
      settings: () => Promise.reject(new Error("taking down asks for no settings")),
    };
  });
  after(async () => {
    await down(true);
    rmSync(bare.root, { recursive: true, force: true });
  });

  it("leaves nothing, and a state that knows of nothing but what it said last", async () => {
    await up();
    expect(left()).not.to.equal("");

    await down();

    await expectNothing();
    expect(outputsOf(current)?.containers).to.have.all.keys(services);
  });

  it("has nothing to do a second time, and the next update makes all of it again", async () => {
    await down();
    await up();

    expect(docker("ps", "--quiet", "--filter", `name=^/${project}-`).split("\n")).to.have.length(3);
    expect(resourcesOf(await state(), resourceTypes.container)).to.have.length(3);
  });

  it("goes on from where a command was killed: one container gone, one stopped", async () => {
    docker("rm", "--force", `${project}-test-open-webui`);
    docker("stop", "--time", "1", `${project}-test-phoenix`);

    await down();

    await expectNothing();
  });

  it("removes what a lost state does not know", async () => {
    await up();
    await edit((text) => {
      const exported = JSON.parse(text) as { deployment: { resources: unknown[] } };
      exported.deployment.resources = [];
      return JSON.stringify(exported);
    });

    await down();

    await expectNothing();
  });

  it("leaves to the engine what an update has not finished", async () => {
    await up();
    await edit((text) => {
      const exported = JSON.parse(text) as {
        deployment: { resources: { urn: string }[]; pending_operations?: unknown[] };
      };
      const { deployment } = exported;
      const [phoenix] = deployment.resources.splice(
        deployment.resources.findIndex(({ urn }) => urn.endsWith("Container::phoenix")),
        1,
      );
      deployment.pending_operations = [{ type: "creating", resource: phoenix }];
      return JSON.stringify(exported);
    });

    await down();

    await expectNothing();
  });

  it("refuses a wrong passphrase before anything stops", async () => {
    await up();
    const before = left();
    const wrong = { ...bare.engine.environment, PULUMI_CONFIG_PASSPHRASE: "wrong" };
    const options = {
      ...{ everything: false, report: () => undefined, signal: new AbortController().signal },
    };

    const error = await rejection(
      takeDown(
        { ...session, engine: { ...bare.engine, environment: wrong } },
        desired.identity,
        await state(),
        options,
      ),
    );

    expect(error.message).to.include("another passphrase");
    expect(left()).to.equal(before);
  });

  it("forgets everything where the data goes, too", async () => {
    await down(true);

    await expectNothing();
    expect(current.resources).to.deep.equal([]);
  });
});
