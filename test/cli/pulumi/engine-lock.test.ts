import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readLocks, releaseDeadLock } from "../../../cli/pulumi/engine-lock.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { passes } from "../../support/passes.ts";

describe("the engine's lock", () => {
  const folder = scratchFolder();
  const { signal } = new AbortController();
  const workspace = () => workspaceOf(folder.path, "test");
  const locks = () =>
    join(workspace().state, ".pulumi/locks/organization/agent-stack", workspace().stackName);
  const stacks = () => join(workspace().state, ".pulumi/stacks/agent-stack");

  function lock(holder: { pid: number; hostname: string }): void {
    mkdirSync(locks(), { recursive: true });
    const text = JSON.stringify({ username: "ada", timestamp: "then", ...holder });
    writeFileSync(join(locks(), "1.json"), text);
    writeFileSync(join(locks(), "1.json.attrs"), "{}");
  }

  it("is removed once its engine is gone, with all that the engine was writing", async () => {
    lock({ pid: spawnSync("true").pid, hostname: hostname() });
    writeFileSync(join(locks(), "2.json.18ec.tmp"), "{");
    mkdirSync(stacks(), { recursive: true });
    for (const name of ["test.json", "test.json.18ec.tmp", "test2.json.18ec.tmp"]) {
      writeFileSync(join(stacks(), name), "");
    }
    await releaseDeadLock(workspace(), signal);

    expect(readdirSync(locks())).to.deep.equal([]);
    expect(readdirSync(stacks())).to.have.members(["test.json", "test2.json.18ec.tmp"]);
  });

  it("stays where its engine is on another machine, and says whose it is", async () => {
    lock({ pid: 1, hostname: "elsewhere" });
    const error: unknown = await releaseDeadLock(workspace(), signal).catch(
      (reason: unknown) => reason,
    );

    expect(error).to.be.instanceOf(StackError).and.to.have.property("message");
    expect((error as StackError).message).to.include("process 1 of ada@elsewhere");
    expect(readLocks(workspace())).to.have.length(1);
  });

  it("is nothing where no engine ever ran", async () => {
    await passes(releaseDeadLock(workspace(), signal));
  });
});
