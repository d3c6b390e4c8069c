import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { eventually } from "../../support/eventually.ts";
import { isRunning, isRunningProgram, processMark } from "../../../cli/os/process-mark.ts";

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

  it("is no longer true of one whose parent never asks how it ended", async function () {
    if (process.platform !== "linux") this.skip();
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    const mark = processMark(Number(String(pid)));
    const before = isRunning(mark);
    process.kill(Number(String(pid)), "SIGKILL");
    await eventually(() => !isRunning(mark), "its end");
    parent.kill("SIGKILL");

    expect(before).to.equal(true);
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
