import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { firstFile } from "../../cli/containers/container-file.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("a file out of an archive", () => {
  const folder = scratchFolder();

  function archive(format: string, content: string): Buffer {
    writeFileSync(join(folder.path, "file"), content);
    return execFileSync("tar", ["-c", `--format=${format}`, "-C", folder.path, "file"]);
  }

  it("is read whole, whatever its length", () => {
    for (const length of [1, 511, 512, 513, 5000]) {
      const content = "x".repeat(length);

      expect(firstFile(archive("ustar", content))?.toString()).to.equal(content);
    }
  });

  it("is found behind the headers that some writers put before it", () => {
    expect(firstFile(archive("posix", "content"))?.toString()).to.equal("content");
  });

  it("is none in an archive of nothing", () => {
    expect(firstFile(Buffer.alloc(1024))).to.equal(undefined);
  });
});
