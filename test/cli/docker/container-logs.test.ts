import { Readable } from "node:stream";
import type Docker from "dockerode";
import { expect } from "chai";
import { followedLines, lastLines } from "../../../cli/docker/container-logs.ts";

/** A frame as Docker sends it: a byte for the channel, four for the length, the data. */
function frame(channel: 1 | 2, data: Buffer | string): Buffer {
  const content = Buffer.from(data);
  const header = Buffer.alloc(8);
  header[0] = channel;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

function dockerWith(log: Buffer, stream: Readable = Readable.from([log])): Docker {
  const logs = ({ follow }: { readonly follow: boolean }) => Promise.resolve(follow ? stream : log);
  return { getContainer: () => ({ logs }) } as unknown as Docker;
}

const last = (docker: Docker) => lastLines(docker, "agent", { tail: 10 });

async function followed(docker: Docker, signal?: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  const options = { tail: 10, ...(signal && { signal }) };
  for await (const line of followedLines(docker, "agent", options)) lines.push(line);
  return lines;
}

const umlaut = Buffer.from("ü");
const log = Buffer.concat([
  frame(1, "one\ntw"),
  frame(2, "error\n"),
  frame(1, Buffer.concat([Buffer.from("o "), umlaut.subarray(0, 1)])),
  frame(1, Buffer.concat([umlaut.subarray(1), Buffer.from("\nlast")])),
]);
const expected = ["one", "error", "two ü", "last"];

describe("the log of a container", () => {
  it("is in whole lines and characters, wherever Docker's frames end", async () => {
    expect(await last(dockerWith(log))).to.deep.equal(expected);
    expect(await followed(dockerWith(log))).to.deep.equal(expected);
  });

  it("is empty where nothing was printed", async () => {
    expect(await last(dockerWith(Buffer.alloc(0)))).to.deep.equal([]);
  });

  it("ends when nobody wants more, with what has come", async () => {
    const endless = new Readable({ read: () => undefined });
    endless.push(frame(1, "ready\n"));
    const interrupt = new AbortController();
    const lines = followed(dockerWith(log, endless), interrupt.signal);
    setTimeout(() => {
      interrupt.abort();
    }, 50);

    expect(await lines).to.deep.equal(["ready"]);
    expect(endless.destroyed).to.equal(true);
  });
});
