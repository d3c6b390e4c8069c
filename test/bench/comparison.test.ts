import { expect } from "chai";
import { comparisonTable, described, ratio } from "./comparison.ts";

describe("a comparison of two programs", () => {
  it("is the ratio of their medians, whatever a single run took", () => {
    expect(ratio({ ours: [900, 1_000, 9_000], theirs: [2_000, 1_900, 2_100] })).to.equal(0.5);
  });

  it("has no ratio where one of them has no such command", () => {
    expect(ratio({ ours: [100], theirs: [] })).to.equal(undefined);
  });

  it("tells the spread of several runs, in as many digits as their median", () => {
    expect(described([55.4, 61, 52.1])).to.equal("0.055 s (0.052–0.061)");
    expect(described([2_104, 1_990, 2_209])).to.equal("2.10 s (1.99–2.21)");
    expect(described([41_700])).to.equal("41.7 s");
    expect(described([])).to.equal("–");
  });

  it("is a row of a table, with what we want beside what is", () => {
    const table = comparisonTable(
      [
        { title: "down", aim: 1.2, ours: [1_700, 1_690, 1_710], theirs: [1_670] },
        { title: "health", ours: [100], theirs: [] },
      ],
      { ours: "this program", theirs: "docker compose" },
    );

    expect(table.split("\n")).to.deep.equal([
      "| work | docker compose | this program | ratio | aim |",
      "| --- | --- | --- | --- | --- |",
      "| down | 1.67 s | 1.70 s (1.69–1.71) | 1.02 | ≤ 1.2 |",
      "| health | – | 0.100 s |  |  |",
    ]);
  });
});
