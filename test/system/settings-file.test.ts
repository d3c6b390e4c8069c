import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { findDockerHost } from "../../cli/docker/host/find-docker-host.ts";
import { openDeployment } from "../../cli/pulumi/deployment.ts";
import { readState } from "../../cli/pulumi/read-state.ts";
import { recordedAddress } from "../../cli/pulumi/engine-address.ts";
import { recordAddress } from "../../cli/pulumi/record-address.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { type BareEngine, bareEngine } from "../support/bare-engine.ts";
import { desiredWith } from "../support/desired.ts";

/** The program with its network alone: no image is needed. */
const desired: DesiredStack = {
  ...desiredWith({ STACK_PROJECT_NAME: `sf${process.pid.toString(36)}` }),
  ...{ specs: [], containers: [], preparations: [], images: { kept: {}, resources: [] } },
};
const onEvent = () => undefined;
const original = "# Written by hand.\nconfig: {}\n";

describe("the user's settings file of a stack", function () {
  this.timeout(10 * 60_000);
  let bare: BareEngine;
  let host: string;
  const path = () => join(bare.root, "Pulumi.test.yaml");
  const deployment = (wanted?: DesiredStack) => openDeployment(bare.workspace, bare.engine, wanted);
  /** Everything that is in the file while `action` runs, and after it. */
  const seenDuring = async (action: () => Promise<unknown>): Promise<string[]> => {
    const seen = new Set<string>();
    const look = () => seen.add(existsSync(path()) ? readFileSync(path(), "utf8") : "no file");
    const watch = setInterval(look, 5);
    try {
      await action();
    } finally {
      clearInterval(watch);
      look();
    }
    return [...seen];
  };

  before(async () => {
    const found = await findDockerHost({ environment: process.env });
    if (!found) throw new Error("there is no Docker engine");
    host = found.host;
    bare = await bareEngine({ DOCKER_HOST: host });
  });
  after(async () => {
    await (await deployment()).destroy({ onEvent });
    rmSync(bare.root, { recursive: true, force: true });
  });

  it("does not come to be, while the first update runs or after it", async () => {
    const seen = await seenDuring(async () => (await deployment(desired)).update({ onEvent }));

    expect(seen).to.deep.equal(["no file"]);
  });

  it("is never touched by an update, a preview, a refresh or a removal", async () => {
    writeFileSync(path(), original);

    const seen = await seenDuring(async () => {
      const opened = await deployment(desired);
      expect(await opened.preview({ onEvent })).to.not.have.any.keys("create", "update", "delete");
      await opened.refresh();
      await (await deployment()).destroy({ onEvent });
      await opened.update({ onEvent });
    });

    expect(seen).to.deep.equal([original]);
    // Beside it are no more than the project and what this test copied.
    expect(readdirSync(bare.root)).to.have.members([
      ...[".stack", "Pulumi.test.yaml", "Pulumi.yaml", "infra"],
    ]);
  });

  it("keeps the salt of the state, though it has none", async () => {
    const { salt } = await readState(bare.workspace, bare.engine);

    await (await deployment(desired)).update({ onEvent });

    expect((await readState(bare.workspace, bare.engine)).salt).to.equal(salt);
  });

  it("is left alone where the state gets another address of the same engine", async () => {
    const before = await readState(bare.workspace, bare.engine);
    expect(recordedAddress(before)).to.equal(host);
    const elsewhere = { ...bare.engine.environment, DOCKER_HOST: "unix:///tmp/moved.sock" };

    const seen = await seenDuring(() =>
      recordAddress(bare.workspace, { ...bare.engine, environment: elsewhere }),
    );

    const after = await readState(bare.workspace, bare.engine);
    expect(seen).to.deep.equal([original]);
    expect(recordedAddress(after)).to.equal("unix:///tmp/moved.sock");
    expect(after.resources.map(({ id }) => id)).to.deep.equal(before.resources.map(({ id }) => id));
    await recordAddress(bare.workspace, bare.engine);
    expect(await (await deployment(desired)).preview({ onEvent })).to.have.all.keys("same");
  });
});
