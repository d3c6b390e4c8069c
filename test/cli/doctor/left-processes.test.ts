import { expect } from "chai";
import { deadEngineProcesses, fromPs, listProcesses } from "../../../cli/doctor/left-processes.ts";

const folder = "/cache/toolchain";
const engine = { pid: 10, parent: 1, words: [`${folder}/pulumi`, "up"] };
const plugin = { pid: 11, parent: 10, words: [`${folder}/pulumi-resource-docker`, "127.0.0.1:1"] };

describe("processes that outlived their command", () => {
  it("are plugins of ours with no engine above them", () => {
    const orphan = { ...plugin, pid: 12, parent: 1 };

    expect(deadEngineProcesses([engine, plugin, orphan], [folder])).to.deep.equal([
      { pid: 12, program: "pulumi-resource-docker" },
    ]);
  });

  it("are found behind the shell that runs a plugin which is a script", () => {
    const shell = { pid: 20, parent: 1, words: ["/bin/sh", `${folder}/pulumi-resource-command`] };
    const node = { pid: 21, parent: 20, words: ["node", "/clone/main.ts"] };

    expect(deadEngineProcesses([shell, node], [folder]).map(({ pid }) => pid)).to.deep.equal([20]);
  });

  it("are not another program's, nor those of somebody's own engine", () => {
    const foreign = { pid: 30, parent: 1, words: ["/home/ada/.pulumi/pulumi-resource-docker"] };
    const editor = { pid: 31, parent: 1, words: ["vim", `${folder}/notes`] };

    expect(deadEngineProcesses([foreign, editor], [folder])).to.deep.equal([]);
  });

  it("are read from what ps prints, on a Mac", () => {
    const printed = [
      "    1     0 /sbin/launchd",
      `  501     1 ${folder}/pulumi-resource-docker 127.0.0.1:50001`,
      "",
    ].join("\n");

    expect(deadEngineProcesses(fromPs(printed), [folder])).to.deep.equal([
      { pid: 501, program: "pulumi-resource-docker" },
    ]);
  });

  it("are looked for among all that run here", function () {
    if (process.platform !== "linux") this.skip();

    expect(listProcesses().map(({ pid }) => pid)).to.include(process.pid);
  });
});
