import { expect } from "chai";
import { duplicates } from "../../../scripts/evidence/duplicates.ts";

describe("what there is one of", () => {
  it("is named with its place where there is a second", () => {
    const sources = {
      "cli/output/bytes.ts": "export function bytes() {}",
      "cli/backup/size.ts": "export const formatBytes = 1; export function bytesOf() {}",
      "cli/docker/find.ts": "export function findExecutable() {}\nfunction bytes() {}",
    };

    expect(duplicates(sources)).to.deep.equal([
      "cli/backup/size.ts: formatBytes is a formatter of bytes beside cli/output/bytes.ts",
      "cli/docker/find.ts: findExecutable is a finder of programs on PATH beside cli/os/find-executable.ts",
    ]);
  });
});
