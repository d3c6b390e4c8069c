import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { processMark } from "../../../cli/os/process-mark.ts";
import { lockStack } from "../../../cli/stack/stack-lock.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("lockStack", () => {
  const folder = scratchFolder();
  const workspace = () => workspaceOf(folder.path, "test");

  function expectTakenOver(): void {
    const unlock = lockStack(workspace(), "up");
    const text = readFileSync(join(folder.path, ".stack/locks/test.json"), "utf8");
    expect(JSON.parse(text)).to.include({ process: processMark() });
    unlock();
  }

  it("refuses a second holder and names the first", () => {
    const unlock = lockStack(workspace(), "up");

    expect(() => lockStack(workspace(), "down")).to.throw(
      StackError,
      `./stack up (process ${process.pid}`,
    );
    unlock();
  });

  it("is free again once it is given back, and twice is once", () => {
    const unlock = lockStack(workspace(), "up");
    unlock();
    unlock();

    lockStack(workspace(), "down")();
    expect(readdirSync(join(folder.path, ".stack/locks"))).to.deep.equal([]);
  });

  it("is taken over at once from a process that is gone", () => {
    const dead = spawnSync("true").pid;
    mkdirSync(join(folder.path, ".stack/locks"), { recursive: true });
    const left = JSON.stringify({ process: String(dead), command: "up", since: "then" });
    writeFileSync(join(folder.path, ".stack/locks/test.json"), left);

    expectTakenOver();
  });

  it("is taken over where the holder's number is another process's by now", () => {
    mkdirSync(join(folder.path, ".stack/locks"), { recursive: true });
    for (const holder of [`${process.pid}-00000000`, "1-00000000"]) {
      const left = JSON.stringify({ process: holder, command: "up", since: "then" });
      writeFileSync(join(folder.path, ".stack/locks/test.json"), left);

      expectTakenOver();
    }
  });

  it("is taken over when its file was cut short", () => {
    mkdirSync(join(folder.path, ".stack/locks"), { recursive: true });
    writeFileSync(join(folder.path, ".stack/locks/test.json"), '{"pid": 12');

    expectTakenOver();
  });

  it("leaves other stacks free", () => {
    const unlock = lockStack(workspace(), "up");
    const other = () => lockStack(workspaceOf(folder.path, "other"), "up");

    expect(other).not.to.throw();
    unlock();
  });
});
