import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { removeTornAttributes } from "../../../cli/pulumi/torn-attributes.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("what an engine was writing when it was killed", () => {
  const folder = scratchFolder();

  it("is removed where it is the attributes of a file, and nothing else is", () => {
    const workspace = workspaceOf(folder.path, "test");
    const stacks = join(workspace.state, ".pulumi/stacks/agent-stack");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, "test.json"), "{}");
    writeFileSync(join(stacks, "test.json.attrs"), "");
    writeFileSync(join(stacks, "test.json.bak"), "");
    writeFileSync(join(stacks, "test.json.bak.attrs"), "{}");
    removeTornAttributes(workspace);

    expect(readdirSync(stacks)).to.have.members([
      "test.json",
      "test.json.bak",
      "test.json.bak.attrs",
    ]);
  });

  it("is nothing where there is no state yet", () => {
    const act = () => {
      removeTornAttributes(workspaceOf(folder.path, "test"));
    };

    expect(act).not.to.throw();
  });
});
