import { PassThrough } from "node:stream";
import { expect } from "chai";
import Docker from "dockerode";
import { followLogs, type FollowOptions } from "../../../cli/docker/follow-logs.ts";
import { labelNames } from "../../../infra/render-container.ts";

/** As Docker sends it: a byte for the stream, four for the length, the text. */
function frame(text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

interface Asked {
  readonly tail: number;
  readonly follow: boolean;
}

/** An engine that has these lines of each service, `[seconds of today, text]`, and then those that follow. */
function engine(
  lines: Readonly<Record<string, readonly [number, string][]>>,
  later: Readonly<Record<string, readonly [number, string][]>> = {},
): Docker {
  const written = (entries: readonly [number, string][]) =>
    entries.map(([second, text]) => frame(`${timeOf(second)} ${text}\n`));
  return {
    modem: new Docker().modem,
    listContainers: () => Promise.resolve(Object.keys(lines).map((Id) => ({ Id }))),
    getContainer: (id: string) => ({
      inspect: () =>
        Promise.resolve({
          Id: id,
          Name: `/${id}`,
          State: { Running: true, StartedAt: "2026" },
          Config: { Labels: { [labelNames.service]: id }, Image: "x" },
          NetworkSettings: { Ports: {}, Networks: {} },
        }),
      logs: ({ tail, follow }: Asked) => {
        const past = lines[id] ?? [];
        if (!follow) return Promise.resolve(Buffer.concat(written(past.slice(-tail))));
        const stream = new PassThrough();
        stream.end(Buffer.concat(written([...past.slice(-1), ...(later[id] ?? [])])));
        return Promise.resolve(stream);
      },
    }),
  } as unknown as Docker;
}

const midnight = new Date().setHours(0, 0, 0, 0);
const timeOf = (second: number) =>
  new Date(midnight + second * 1000).toISOString().replace("Z", "000000Z");

async function shown(
  docker: Docker,
  options: Partial<FollowOptions> = {},
  services: readonly string[] = [],
): Promise<string[]> {
  const lines: string[] = [];
  const marks = { owner: "o", stackName: "dev" };
  await followLogs(docker, marks, services, { tail: 10, probes: false, ...options }, (line) =>
    lines.push(line),
  );
  return lines;
}

const probe = '127.0.0.1:5 - "GET /readyz HTTP/1.1" 200 OK';

describe("the logs of services", () => {
  it("are lines with the local time and the service, in the order of time", async () => {
    const docker = engine({
      agent: [
        [3661, "second"],
        [3663, "last"],
      ],
      qdrant: [
        [3660, "first"],
        [3662, "third"],
      ],
    });

    expect(await shown(docker)).to.deep.equal([
      "01:01:00 qdrant | first",
      "01:01:01 agent  | second",
      "01:01:02 qdrant | third",
      "01:01:03 agent  | last",
    ]);
  });

  it("come with service, text and time for programs", async () => {
    const given: unknown[][] = [];
    const docker = engine({ agent: [[1, "here"]], qdrant: [[1, "there"]] });

    await followLogs(
      docker,
      { owner: "o", stackName: "dev" },
      ["qdrant"],
      { tail: 10, probes: false },
      (...line) => given.push(line),
    );

    expect(given).to.deep.equal([["00:00:01 qdrant | there", "qdrant", "there", timeOf(1)]]);
  });

  it("name the day where it is not today", async () => {
    const [line = ""] = await shown(engine({ agent: [[-1, "late"]] }));

    expect(line).to.match(/^\d{4}-\d\d-\d\d 23:59:59 agent \| late$/);
  });

  it("leave health checks out, which do not count as lines, unless they are wanted", async () => {
    const docker = engine({
      agent: [
        [1, "one"],
        [2, "two"],
        [3, probe],
        [4, probe],
      ],
    });

    expect(await shown(docker, { tail: 1 })).to.deep.equal(["00:00:02 agent | two"]);
    expect(await shown(docker, { tail: 1, probes: true })).to.deep.equal([
      `00:00:04 agent | ${probe}`,
    ]);
  });

  it("go on where the past ends, and show no line twice", async () => {
    const docker = engine(
      { agent: [[1, "one"]] },
      {
        agent: [
          [2, "two"],
          [3, probe],
        ],
      },
    );

    expect(await shown(docker, { follow: true })).to.deep.equal([
      "00:00:01 agent | one",
      "00:00:02 agent | two",
    ]);
  });

  it("have none of the past where none is asked for", async () => {
    const docker = engine({ agent: [[1, "one"]] });

    expect(await shown(docker, { tail: 0 })).to.deep.equal([]);
  });
});
