import { mkdirSync, readdirSync, truncateSync } from "node:fs";
import { expect } from "chai";
import type { Activity } from "../../../cli/output/activity.ts";
import {
  installedPart,
  installPart,
  type Part,
  removeLeftovers,
} from "../../../cli/toolchain/part.ts";
import { Scratch } from "./scratch.ts";

describe("a part of the toolchain", () => {
  let scratch: Scratch;
  let activities: Activity[];

  beforeEach(() => {
    scratch = new Scratch();
    activities = [];
  });

  afterEach(() => {
    scratch.remove();
  });

  const part: Part = {
    subject: "hammer",
    id: "hammer-1.0.0",
    version: "1.0.0",
    origin: "built",
    executable: "bin/hammer",
    make: ({ root, directory }) => {
      scratch.executable(`${directory.slice(root.length + 1)}/bin/hammer`, "echo bang");
      return Promise.resolve();
    },
  };
  const install = (which: Part) =>
    installPart(which, {
      root: scratch.directory,
      environment: {},
      signal: undefined,
      report: (activity) => activities.push(activity),
    });

  it("is missing before it was made, and there afterwards", async () => {
    const before = await installedPart(scratch.directory, part);
    const made = await install(part);

    expect(before).to.equal(undefined);
    expect(made.executable).to.equal(scratch.path("hammer-1.0.0/bin/hammer"));
    expect(await installedPart(scratch.directory, part)).to.deep.equal(made);
    expect(activities.at(-1)).to.include({ subject: "hammer", status: "done" });
  });

  it("is made again when it was damaged", async () => {
    const made = await install(part);
    truncateSync(made.executable, 3);

    const damaged = await installedPart(scratch.directory, part);
    await install(part);

    expect(damaged).to.equal(undefined);
    expect(await installedPart(scratch.directory, part)).to.deep.equal(made);
  });

  it("leaves nothing half made when its making fails, and says so", async () => {
    const failing: Part = {
      ...part,
      make: async (workplace) => {
        await part.make(workplace);
        throw new Error("the handle broke");
      },
    };

    const error: unknown = await install(failing).catch((reason: unknown) => reason);

    expect(error).to.have.property("message", "the handle broke");
    expect(readdirSync(scratch.directory)).to.deep.equal([]);
    expect(activities.at(-1)).to.include({ status: "failed" });
  });

  it("loses what a killed run left half made, and keeps the rest", async () => {
    await install(part);
    mkdirSync(scratch.path("hammer-1.0.0.4711.tmp"));

    await removeLeftovers(scratch.directory);

    expect(readdirSync(scratch.directory)).to.deep.equal(["hammer-1.0.0"]);
  });
});
