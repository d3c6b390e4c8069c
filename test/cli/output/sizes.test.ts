import { expect } from "chai";
import { bytes } from "../../../cli/output/bytes.ts";
import { gibibyte, mebibyte, memorySize } from "../../../cli/output/memory-size.ts";

describe("a size", () => {
  it("on a disk counts in thousands", () => {
    expect([0, 999, 1000, 12_345_678, 5e12].map(bytes)).to.deep.equal([
      ...["0 B", "999 B", "1.0 kB", "12.3 MB", "5.0 TB"],
    ]);
  });

  it("of memory counts as Docker does, a limit to the last MiB", () => {
    expect(memorySize(3.4 * gibibyte)).to.equal("3.4 GiB");
    expect(memorySize(1536 * mebibyte, "MiB")).to.equal("1536 MiB");
  });
});
