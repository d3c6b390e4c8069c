import { expect } from "chai";
import { engineShare, parseProcess, restTable } from "./rest-table.ts";

const stat = (name: string, ...times: number[]) =>
  `12 (${name}) S 1 12 12 0 -1 4194560 9 9 9 9 ${times.join(" ")} 20 0 1 0 0`;

describe("what a stack costs at rest", () => {
  it("is read from a process's own times and those of its ended children", () => {
    const { name, cpuSeconds, words } = parseProcess(stat("a (b) c", 100, 20, 3, 2), "a\0-id\0b\0");

    expect({ name, cpuSeconds }).to.deep.equal({ name: "a (b) c", cpuSeconds: 1.25 });
    expect(words).to.include("b");
  });

  it("has the engine's daemons in it, and the shims of its own containers alone", () => {
    const processes = [
      parseProcess(stat("dockerd", 100, 0, 0, 0), "dockerd\0"),
      parseProcess(stat("containerd", 100, 0, 0, 0), "containerd\0"),
      parseProcess(stat("containerd-shim", 100, 0, 100, 0), "containerd-shim\0-id\0mine\0"),
      parseProcess(stat("containerd-shim", 900, 0, 0, 0), "containerd-shim\0-id\0another\0"),
      parseProcess(stat("node", 900, 0, 0, 0), "node\0mine\0"),
    ];

    expect(engineShare(processes, ["mine"])).to.equal(4);
  });

  it("is a table, the busiest service first", () => {
    const usage = (service: string, cpuSeconds: number) => ({
      service,
      cpuSeconds,
      bytes: 10 * 2 ** 20,
    });
    const text = restTable(
      [usage("agent", 1), usage("model", 2)],
      [usage("agent", 2), usage("model", 8)],
      3,
      600,
    );

    expect(text.split("\n").slice(2)).to.deep.equal([
      "| model | 1.00 | 10 |",
      "| agent | 0.17 | 10 |",
      "| Docker's engine and shims | 0.50 | |",
      "| all | 1.67 | 20 |",
    ]);
  });
});
