import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { firstFile } from "../../../cli/docker/container-file.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("a file out of an archive", () => {
  const folder = scratchFolder();

  function archive(format: string, content: string): Readable {
    writeFileSync(join(folder.path, "file"), content);
    const words = ["-c", `--format=${format}`, "-C", folder.path, "file"];
    return Readable.from([execFileSync("tar", words)]);
  }

  it("is read whole, whatever its length", async () => {
    for (const length of [1, 511, 512, 513, 5000]) {
      const content = "x".repeat(length);

      const found = await firstFile(archive("ustar", content));
      expect(found?.toString()).to.equal(content);
    }
  });

  it("is found behind the headers that some writers put before it", async () => {
    const found = await firstFile(archive("posix", "content"));

    expect(found?.toString()).to.equal("content");
  });

  it("is none in an archive of nothing", async () => {
    expect(await firstFile(Readable.from([Buffer.alloc(1024)]))).to.equal(undefined);
  });
});
