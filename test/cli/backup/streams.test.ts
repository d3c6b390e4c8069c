import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import tar from "tar-stream";
import { countFiles } from "../../../cli/backup/files/count-files.ts";
import { measureFile, writePart } from "../../../cli/backup/write-part.ts";
import { dockerFrames } from "../../../cli/docker/docker-frames.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const megabyte = 1024 * 1024;

function frame(channel: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = channel;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function framesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { channel, data } of dockerFrames(Readable.from(chunks))) {
    found.push(`${channel} ${data.toString()}`);
  }
  return found;
}

describe("dockerFrames", () => {
  const bytes = Buffer.concat([frame(1, "rows"), frame(2, "a warning"), frame(1, "more")]);
  const wanted = ["stdout rows", "stderr a warning", "stdout more"];

  it("tells standard output from standard error", async () => {
    expect(await framesOf([bytes])).to.deep.equal(wanted);
  });

  it("puts together what arrives in single bytes", async () => {
    expect(await framesOf([...bytes].map((byte) => Buffer.from([byte])))).to.deep.equal(wanted);
  });

  it("reads no further than its reader has got", async () => {
    const source = new PassThrough({ highWaterMark: 1024 });
    let accepted = 0;
    const frames = dockerFrames(source);
    const text = "x".repeat(512);
    const first = frames.next();
    while (accepted < 1000 && source.write(frame(1, text))) {
      accepted += 1;
      await turn();
    }
    await first;

    expect(accepted).to.be.lessThan(10);
  });
});

describe("writePart", () => {
  const scratch = scratchFolder();

  it("tells size and hash of what is on the disk", async () => {
    const path = join(scratch.path, "part");

    const written = await writePart(path, Readable.from([Buffer.from("ab"), Buffer.from("c")]));

    expect(written).to.deep.equal(await measureFile(path));
    expect(written.bytes).to.equal(3);
    expect(statSync(path).mode & 0o077).to.equal(0);
  });

  it("writes 300 MB in a few megabytes of memory", async function () {
    this.timeout(60_000);
    const piece = randomBytes(megabyte);
    function* pieces() {
      for (let count = 0; count < 300; count++) yield piece;
    }
    let peak = 0;
    const before = process.memoryUsage().rss;
    const onBytes = () => {
      peak = Math.max(peak, process.memoryUsage().rss - before);
    };

    const { bytes } = await writePart(join(scratch.path, "large"), Readable.from(pieces()), {
      onBytes,
    });

    expect(bytes).to.equal(300 * megabyte);
    expect(peak).to.be.lessThan(100 * megabyte);
  });

  it("gives up at once when it is interrupted", async () => {
    const interrupt = new AbortController();
    const endless = new PassThrough();
    endless.write("first");

    const writing = writePart(join(scratch.path, "cut"), endless, {
      onBytes: () => {
        interrupt.abort();
      },
      signal: interrupt.signal,
    });

    expect(await writing.catch((error: unknown) => error)).to.have.property("name", "AbortError");
  });
});

describe("countFiles", () => {
  it("counts files and their bytes, and no folder", async () => {
    const archive = tar.pack();
    archive.entry({ name: "./", type: "directory" });
    archive.entry({ name: "./a" }, "12345");
    archive.entry({ name: "./uploads", type: "directory" });
    archive.entry({ name: "./uploads/b" }, "x".repeat(100_000));
    archive.finalize();

    expect(await countFiles(archive)).to.deep.equal({
      files: 2,
      contentBytes: 100_005,
    });
  });

  it("refuses what is not an archive", async () => {
    const failure = await countFiles(Readable.from([randomBytes(4096)])).catch(
      (error: unknown) => error,
    );

    expect(failure).to.be.instanceOf(Error);
  });
});
