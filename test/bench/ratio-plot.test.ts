import { expect } from "chai";
import { ratioPlot } from "./ratio-plot.ts";

const about = { title: "Time & ratio", against: "as fast" };

/** The lengths of the bars, by the ratio that is written beside each. */
function barsOf(svg: string): number[] {
  return [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );
}

describe("ratioPlot", () => {
  it("draws bars as long as their ratios, each with its number and its times", () => {
    const svg = ratioPlot(
      [
        { title: "down", ours: [800], theirs: [1_600] },
        { title: "status", ours: [150], theirs: [100] },
      ],
      about,
    );

    const [down = 0, status = 0] = barsOf(svg);
    expect(status / down).to.be.closeTo(3, 0.01);
    expect(svg).to.include(">0.50<").and.to.include("0.800 s : 1.60 s");
    expect(svg).to.include(">1.50<").and.to.include("Time &amp; ratio");
  });

  it("cuts a bar that would make all others unreadable, and keeps its number", () => {
    const svg = ratioPlot(
      [
        { title: "logs", ours: [12_000], theirs: [1_000] },
        { title: "down", ours: [4_000], theirs: [1_000] },
      ],
      about,
    );

    const [logs, down] = barsOf(svg);
    expect(logs).to.equal(down);
    expect(svg).to.include(">12.00<");
  });

  it("leaves out what has nothing to be compared with", () => {
    expect(barsOf(ratioPlot([{ title: "health", ours: [100], theirs: [] }], about))).to.deep.equal(
      [],
    );
  });
});
