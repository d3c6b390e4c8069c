import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { join } from "node:path";
import {
  endLostProcesses,
  endProcessesOf,
  type EngineProcess,
  engineMark,
  fromPs,
  listEngineProcesses,
  lostProcesses,
} from "../../../cli/pulumi/engine-processes.ts";
import { processMark } from "../../../cli/os/process-mark.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { eventually } from "../../support/eventually.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const live = "100-0000000a";
const dead = "200-0000000b";
const process_ = (pid: number, parent: number, command = live): EngineProcess => ({
  pid,
  parent,
  command,
});
const lost = (...processes: EngineProcess[]) =>
  lostProcesses(processes, (mark) => mark === live).map(({ pid }) => pid);

describe("the processes that an engine has lost", () => {
  it("are none while the command, the engine and its plugins run", () => {
    expect(lost(process_(101, 100), process_(102, 101), process_(103, 102))).to.deep.equal([]);
  });

  it("are the plugins, and what these started, once the engine is gone", () => {
    expect(lost(process_(102, 1), process_(103, 102))).to.deep.equal([102, 103]);
  });

  it("are all of them once the command is gone, its engine too", () => {
    expect(lost(process_(201, 1, dead), process_(202, 201, dead))).to.deep.equal([201, 202]);
  });
});

describe("the processes of an engine", function () {
  this.timeout(20_000);
  const folder = scratchFolder();
  const started: ChildProcess[] = [];
  const workspace = (stackName = "test") => workspaceOf(folder.path, stackName);
  const pids = (stackName?: string) =>
    listEngineProcesses(workspace(stackName)).map(({ pid }) => pid);

  function start(program: string, words: string[], stackName?: string, command?: string) {
    const env = { ...process.env };
    for (const [name, value] of Object.entries(engineMark(workspace(stackName)))) {
      env[name] = command === undefined ? value : value.replace(/^[^/]+/, command);
    }
    const child = spawn(program, words, { env, stdio: "ignore" });
    started.push(child);
    return child;
  }

  before(function () {
    if (process.platform !== "linux" && process.platform !== "darwin") this.skip();
  });

  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  it("are found by their mark, those that they started too, and of no other stack", async () => {
    const engine = start("sh", ["-c", "sleep 60; true"]);
    const other = start("sleep", ["60"], "other");
    await eventually(() => pids().length === 2 && pids("other").length === 1, "three processes");

    expect(pids()).to.include(engine.pid).and.not.to.include(other.pid);
    expect(pids("other")).to.deep.equal([other.pid]);
    expect(endLostProcesses(workspace())).to.equal(0);
    endProcessesOf(workspace());
    await eventually(() => pids().length === 0, "the end of both");
    expect(pids("other")).to.deep.equal([other.pid]);
  });

  it("are ended where their engine was killed, and where their command was", async () => {
    const engine = start("sh", ["-c", "sleep 60; true"]);
    const orphan = start("sleep", ["60"], "test", "999999-00000000");
    await eventually(() => pids().length === 3, "three processes");
    engine.kill("SIGKILL");
    await once(engine, "exit");

    expect(endLostProcesses(workspace())).to.equal(2);
    await once(orphan, "exit");
    await eventually(() => pids().length === 0, "the end of both");
  });

  it("are ended by the watchdog as soon as their command is gone", async () => {
    const script = join(import.meta.dirname, "../../../cli/pulumi/engine-watchdog.ts");
    start("sleep", ["60"]);
    const watchdog = spawn(process.execPath, [script, folder.path, "test", processMark()], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    await eventually(() => pids().length === 1, "the process");
    watchdog.stdin.end();
    await once(watchdog, "exit");

    await eventually(() => pids().length === 0, "its end");
  });

  it("are read from what ps prints on macOS", () => {
    const [variable = "", mark = ""] = Object.entries(engineMark(workspace()))[0] ?? [];
    const text = [
      `  501   1 /opt/plugin 127.0.0.1:1 HOME=/Users/ada ${variable}=${mark} USER=ada`,
      `  502   1 /opt/plugin HOME=/Users/ada ${variable}=${mark}0 USER=ada`,
      "  503   1 /bin/zsh",
    ].join("\n");

    expect(fromPs(text, workspace())).to.deep.equal([
      { pid: 501, parent: 1, command: processMark() },
    ]);
  });
});
