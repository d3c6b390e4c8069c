import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { openDeployment } from "../../cli/pulumi/deployment.ts";
import { forgetResources } from "../../cli/pulumi/forget-resources.ts";
import { readState } from "../../cli/pulumi/read-state.ts";
import { emptyState } from "../../cli/pulumi/stack-state.ts";
import { type BareEngine, bareEngine } from "../support/bare-engine.ts";
import { rejection } from "../support/rejection.ts";
import { S3Server } from "../support/s3-server.ts";

const bucket = "team-state";
const onEvent = () => undefined;

/** Two clones of a team, and one state in a bucket. */
describe("a state in S3", function () {
  this.timeout(30 * 60_000);
  let server: S3Server;
  let ada: BareEngine;
  let bob: BareEngine;
  const clone = (more: Readonly<Record<string, string>> = {}) => {
    const options = `region=us-east-1&endpoint=${server.endpoint}&s3ForcePathStyle=true`;
    const address = `s3://${bucket}?${options}`;
    return bareEngine({ ...server.login, PULUMI_BACKEND_URL: address, ...more });
  };
  const deployment = ({ workspace, engine }: BareEngine) =>
    openDeployment(workspace, engine, undefined);
  const state = ({ workspace, engine }: BareEngine) => readState(workspace, engine);
  const locks = () => join(server.folderOf(bucket), ".pulumi/locks/organization/agent-stack/test");

  before(async () => {
    server = await S3Server.start(bucket);
    ada = await clone();
    bob = await clone();
  });
  after(async () => {
    for (const each of [ada, bob]) rmSync(each.root, { recursive: true, force: true });
    await server.stop();
  });

  it("begins empty, and has the stack after the first update", async () => {
    expect(await state(ada)).to.equal(emptyState);

    await (await deployment(ada)).update({ onEvent });

    expect((await state(ada)).resources.map(({ type }) => type)).to.deep.equal([
      "pulumi:pulumi:Stack",
    ]);
    const objects = readdirSync(server.folderOf(bucket), { recursive: true, encoding: "utf8" });
    expect(objects).to.include(".pulumi/stacks/agent-stack/test.json");
  });

  it("is the same stack in a second clone, which has nothing to do", async () => {
    expect(await state(bob)).to.deep.equal(await state(ada));

    const changes = await (await deployment(bob)).preview({ onEvent });

    expect(changes).to.deep.equal({ same: 1 });
  });

  it("is updated from the second clone, with the salt that it has", async () => {
    const { salt } = await state(ada);

    await (await deployment(bob)).update({ onEvent });

    expect(salt).to.be.a("string");
    expect((await state(ada)).salt).to.equal(salt);
  });

  it("is locked while somebody updates it, and the other one is told who", async () => {
    mkdirSync(locks(), { recursive: true });
    const file = join(locks(), "11111111-2222-3333-4444-555555555555.json");
    const holder = { pid: 4242, username: "ada", hostname: "laptop", timestamp: new Date() };
    writeFileSync(file, JSON.stringify(holder));

    const error = await rejection((await deployment(bob)).update({ onEvent }));

    expect(error.message).to.equal(
      "Another update of this stack is running: process 4242 of ada@laptop.",
    );
    rmSync(file);
    await (await deployment(bob)).update({ onEvent });
    // The server removes a folder with its last object.
    expect(existsSync(locks()) ? readdirSync(locks()) : []).to.deep.equal([]);
  });

  it("refuses a wrong key, and names the variables", async () => {
    const stranger = await clone({ AWS_SECRET_ACCESS_KEY: "wrong" });

    const error = await rejection(state(stranger));

    expect(error.message).to.match(/^The bucket with the state refuses the login/);
    expect(error).to.have.property("remedy").that.includes("AWS_SECRET_ACCESS_KEY");
    rmSync(stranger.root, { recursive: true, force: true });
  });

  it("leaves no state and no settings in the clones", () => {
    for (const { root } of [ada, bob]) {
      expect(existsSync(join(root, "Pulumi.test.yaml"))).to.equal(false);
      expect(existsSync(join(root, ".stack/state/.pulumi"))).to.equal(false);
    }
  });

  it("is gone from both when it is destroyed", async () => {
    await (await deployment(bob)).destroy({ onEvent });

    expect((await state(ada)).resources).to.deep.equal([]);
  });

  it("forgets what a down has removed, without a plugin and without a copy in the clone", async () => {
    await (await deployment(ada)).update({ onEvent });
    const [stack] = (await state(ada)).resources;

    await forgetResources(bob.workspace, bob.engine, [stack?.urn ?? ""]);

    expect((await state(ada)).resources).to.deep.equal([]);
    expect(existsSync(join(bob.root, ".stack/state/.pulumi"))).to.equal(false);
  });
});
