import type Docker from "dockerode";
import { expect } from "chai";
import { collectSymptoms } from "../../../cli/diagnosis/symptoms.ts";

/** An engine whose one container has printed `log`, one frame per line. */
function dockerWith(log: readonly string[]): Docker {
  const frames = log.map((line) => {
    const header = Buffer.alloc(8);
    header[0] = 1;
    header.writeUInt32BE(line.length + 1, 4);
    return Buffer.concat([header, Buffer.from(`${line}\n`)]);
  });
  const logs = ({ tail }: { readonly tail: number }) =>
    Promise.resolve(Buffer.concat(frames.slice(-tail)));
  return { getContainer: () => ({ logs }) } as unknown as Docker;
}

const inspected = {
  Id: "1",
  Config: { Env: [], Labels: {}, Image: "" },
  State: { Running: true, ExitCode: 0, Error: "", StartedAt: "", Health: { Status: "healthy" } },
  NetworkSettings: { Ports: {}, Networks: {} },
  Mounts: [],
  RestartCount: 0,
  Image: "",
  Name: "/agent",
} as unknown as Docker.ContainerInspectInfo;

describe("the symptoms of a service", () => {
  it("have the last lines of its log that are not health checks", async () => {
    const probe = JSON.stringify({ method: "GET", route: "/readyz", statusCode: 200 });
    const probes = Array.from({ length: 15 }, () => probe);
    const log = ["started", "listening", ...probes];

    const { lastLines } = await collectSymptoms(dockerWith(log), "agent", inspected, 2);

    expect(lastLines).to.deep.equal(["started", "listening"]);
  });
});
