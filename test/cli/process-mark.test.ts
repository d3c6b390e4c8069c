import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { isRunning, isRunningProgram, processMark } from "../../cli/process-mark.ts";

describe("a process's mark", () => {
  it("is true of this process, and of no other that gets its number", () => {
    expect(isRunning(processMark())).to.equal(true);
    expect(isRunning(`${process.pid}-00000000`)).to.equal(false);
  });

  it("is no longer true once the process has ended", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const mark = processMark(child.pid);
    const before = isRunning(mark);
    child.kill("SIGKILL");
    await once(child, "exit");

    expect([before, isRunning(mark)]).to.deep.equal([true, false]);
  });

  it("is a number alone where the system tells no more, and then the number counts", () => {
    expect(isRunning(String(process.pid))).to.equal(true);
    expect(isRunning(String(spawnSync("true").pid))).to.equal(false);
  });

  it("tells a program that took over the number of an engine", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");

    expect(isRunningProgram(child.pid ?? 0, "sleep")).to.equal(true);
    expect(isRunningProgram(child.pid ?? 0, "pulumi")).to.equal(false);
    child.kill("SIGKILL");
  });
});
