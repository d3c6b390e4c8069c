import { expect } from "chai";
import type Docker from "dockerode";
import { followLogs } from "../../cli/follow-logs.ts";
import { labelNames } from "../../infra/render-container.ts";

/** As Docker sends it: a byte for the stream, four for the length, the text. */
function frame(text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const docker = {
  listContainers: () => Promise.resolve([{ Id: "agent" }, { Id: "qdrant" }]),
  getContainer: (id: string) => ({
    inspect: () =>
      Promise.resolve({
        Id: id,
        Name: `/${id}`,
        State: { Running: true, StartedAt: "2026" },
        Config: { Labels: { [labelNames.service]: id }, Image: "x" },
        NetworkSettings: { Ports: {}, Networks: {} },
      }),
    logs: () => Promise.resolve(frame(`${id} is ready\n`)),
  }),
} as unknown as Docker;

describe("the logs of services", () => {
  it("come with their service's name, for people and for programs", async () => {
    const shown: [string, string, string][] = [];
    const marks = { owner: "o", stackName: "dev" };

    await followLogs(docker, marks, ["qdrant"], { tail: 10 }, (...line) => shown.push(line));

    expect(shown).to.deep.equal([["qdrant | qdrant is ready", "qdrant", "qdrant is ready"]]);
  });
});
