import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  lastingFindings,
  recallLasting,
  rememberLasting,
  replaceableServices,
} from "../../../cli/drift/lasting-findings.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const volume = { service: "searxng", aspect: "mount /etc/searxng", actual: "volume x" };
const limit = { service: "model", aspect: "memory limit", expected: "2 MiB", actual: "none" };
const first = new Map([
  ["searxng", "1"],
  ["model", "2"],
]);

describe("what drift --fix replaces", () => {
  it("is every service that differs, the first time", () => {
    expect([...replaceableServices([volume, limit], first, [])]).to.deep.equal([
      "searxng",
      "model",
    ]);
  });

  it("leaves out a container that differs as it did when it was made", () => {
    const lasting = lastingFindings([volume], first);

    expect([...replaceableServices([volume, limit], first, lasting)]).to.deep.equal(["model"]);
  });

  it("is one that differs in another way by now, or that somebody has replaced", () => {
    const lasting = lastingFindings([volume], first);
    const worse = { ...volume, actual: "volume y" };
    const replaced = new Map([["searxng", "3"]]);

    expect(replaceableServices([worse], first, lasting).size).to.equal(1);
    expect(replaceableServices([volume], replaced, lasting).size).to.equal(1);
  });
});

describe("lasting drift", () => {
  const folder = scratchFolder();

  it("is remembered for the stack until a fix leaves none", () => {
    const workspace = workspaceOf(folder.path, "test");
    const lasting = lastingFindings([volume, limit], first);
    rememberLasting(workspace, lasting);

    expect(recallLasting(workspace)).to.deep.equal(lasting);
    expect(recallLasting(workspaceOf(folder.path, "other"))).to.deep.equal([]);
    rememberLasting(workspace, []);
    expect(recallLasting(workspace)).to.deep.equal([]);
  });
});

describe("what drift --fix remembers", () => {
  const folder = scratchFolder();

  it("is nothing where its file was cut short", () => {
    const workspace = workspaceOf(folder.path, "test");
    rememberLasting(workspace, lastingFindings([volume], first));
    expect(recallLasting(workspace)).to.have.length(1);
    writeFileSync(join(folder.path, ".stack/drift/test.json"), '[{"container":');

    expect(recallLasting(workspace)).to.deep.equal([]);
  });
});
