import { expect } from "chai";
import { isNewerTag, newestTag } from "../../../cli/deps/tag-shape.ts";
import { compareVersions, newestInLine } from "../../../cli/os/version-order.ts";

describe("the order of versions", () => {
  it("counts numbers as numbers, and a pre-release before its release", () => {
    const sorted = ["1.10.0", "1.9.9", "2.0.0-rc.1", "2.0.0", "1.9", "2026.10.9"];

    expect([...sorted].sort(compareVersions)).to.deep.equal([
      "1.9",
      "1.9.9",
      "1.10.0",
      "2.0.0-rc.1",
      "2.0.0",
      "2026.10.9",
    ]);
    expect(compareVersions("v1.2.3", "1.2.3")).to.equal(0);
  });

  it("finds the newest release of a line", () => {
    const versions = ["24.21.0", "24.9.1", "24.22.0-rc.1", "25.0.0", "26.1.0"];

    expect(newestInLine("24.20.0", versions, 1)).to.equal("24.21.0");
    expect(newestInLine("24.20.0", versions, 2)).to.equal(undefined);
  });
});

describe("the newest tag of an image", () => {
  const cases: readonly (readonly [string, string, readonly string[], string])[] = [
    ["a plain version", "v1.108.12", ["v1.108.9", "v1.110.2", "v2", "latest"], "v1.110.2"],
    ["a suffix", "v0.12.4-slim", ["v0.12.5", "v0.13.0-slim", "v0.14.0-cuda"], "v0.13.0-slim"],
    [
      "PostgreSQL's major, which is data",
      "0.8.6-pg18-trixie",
      ["0.8.7-pg18-trixie", "0.9.0-pg19-trixie"],
      "0.8.7-pg18-trixie",
    ],
    ["a build number", "server-b11434", ["server-b9999", "server-b11500"], "server-b11500"],
    [
      "a commit behind a date",
      "2026.10.9-f4822b3fc",
      ["2026.10.9-f4822b3fc", "2026.11.2-0a1b2c3d4", "2026.9.30-fffffffff"],
      "2026.11.2-0a1b2c3d4",
    ],
  ];
  for (const [what, pinned, tags, newest] of cases) {
    it(`is one of the same kind: ${what}`, () => {
      expect(newestTag(pinned, [pinned, ...tags])).to.equal(newest);
      expect(isNewerTag(pinned, newest)).to.equal(true);
    });
  }

  it("is none where the tag has no version", () => {
    expect(newestTag("bookworm-slim", ["bookworm-slim", "trixie-slim"])).to.equal(undefined);
  });
});
