import { expect } from "chai";
import { expiredSets } from "../../../cli/backup/expired-sets.ts";

const own = { kind: "backup", stack: "test" };
const day = (n: number, differences: object = {}) => ({
  name: `day ${n}`,
  createdAt: new Date(Date.UTC(2026, 0, n)),
  ...own,
  ...differences,
});
const names = (sets: readonly { name: string }[]) => sets.map(({ name }) => name);

describe("retention", () => {
  it("gives up the oldest beyond the number to keep", () => {
    const sets = [day(3), day(1), day(4), day(2)];

    expect(names(expiredSets(sets, own, 2))).to.deep.equal(["day 1", "day 2"]);
  });

  it("never counts nor touches another stack's sets, or those of another kind", () => {
    const sets = [
      day(5, { stack: "dev" }),
      day(4, { kind: "safety" }),
      day(3, { kind: "qdrant" }),
      day(2),
      day(1),
    ];

    expect(names(expiredSets(sets, own, 1))).to.deep.equal(["day 1"]);
  });

  it("keeps the newest whatever it is told", () => {
    expect(names(expiredSets([day(1), day(2)], own, 0))).to.deep.equal(["day 1"]);
  });
});
