import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { findDockerHost } from "../../cli/docker/host/find-docker-host.ts";
import { openDeployment } from "../../cli/pulumi/deployment.ts";
import { readState } from "../../cli/pulumi/read-state.ts";
import { recordedAddress } from "../../cli/pulumi/engine-address.ts";
import { engineProject } from "../../cli/pulumi/engine-project.ts";
import { resourcesOf, resourceTypes } from "../../cli/pulumi/stack-state.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { type BareEngine, bareEngine } from "../support/bare-engine.ts";
import { desiredWith } from "../support/desired.ts";

/** The program with its network alone: no image is needed. */
const desired: DesiredStack = {
  ...desiredWith({ STACK_PROJECT_NAME: `dp${process.pid.toString(36)}` }),
  ...{ specs: [], containers: [], preparations: [], images: { kept: {}, resources: [] } },
};
const onEvent = () => undefined;

describe("a stack of before the explicit Docker provider", function () {
  this.timeout(10 * 60_000);
  let bare: BareEngine;
  let host: string;
  const state = () => readState(bare.workspace, bare.engine);
  const networks = async () =>
    resourcesOf(await state(), resourceTypes.network).map(({ id }) => id);
  const pulumi = async (...words: string[]) => {
    const { executable, environment } = await bare.engine.program();
    return execFileSync(executable, [...words, "--stack", "test", "--non-interactive"], {
      cwd: engineProject(bare.workspace, environment).folder,
      env: environment,
      encoding: "utf8",
    });
  };

  before(async () => {
    const found = await findDockerHost({ environment: process.env });
    if (!found) throw new Error("there is no Docker engine");
    host = found.host;
    bare = await bareEngine({ DOCKER_HOST: host });
    await (await openDeployment(bare.workspace, bare.engine, desired)).update({ onEvent });
    // What the program of that time left: the engine's own provider, without an address.
    const former = (await pulumi("stack", "export"))
      .replaceAll(
        "agent-stack:index:AgentStack$pulumi:providers:docker::docker",
        "pulumi:providers:docker::default_5_2_0",
      )
      .replaceAll(/"host": "[^"]*",?/g, "");
    const file = join(bare.root, "former.json");
    writeFileSync(file, former);
    await pulumi("stack", "import", "--file", file);
  });
  after(async () => {
    const deployment = await openDeployment(bare.workspace, bare.engine, undefined);
    await deployment.destroy({ onEvent });
    rmSync(bare.root, { recursive: true, force: true });
  });

  it("gets the engine's address at its next update, and nothing is made again", async () => {
    const before = await networks();
    expect(recordedAddress(await state())).to.equal(undefined);
    const deployment = await openDeployment(bare.workspace, bare.engine, desired);
    const planned = await deployment.preview({ onEvent });

    await deployment.update({ onEvent });

    // The provider, and no replacement.
    expect(planned).to.include({ create: 1 }).and.not.have.any.keys("replace", "update");
    expect(recordedAddress(await state())).to.equal(host);
    expect(await networks()).to.deep.equal(before);
    expect(before).to.have.length(1);
  });

  it("has nothing to do afterwards", async () => {
    const deployment = await openDeployment(bare.workspace, bare.engine, desired);

    expect(await deployment.preview({ onEvent })).to.have.all.keys("same");
  });
});
