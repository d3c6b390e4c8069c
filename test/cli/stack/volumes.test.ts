import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { dockerClient } from "../../../cli/docker/docker-client.ts";
import { describeVolumes, listVolumes } from "../../../cli/stack/volumes.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const measured = [
  { Name: "data", UsageData: { Size: 2_000_000, RefCount: 1 } },
  { Name: "elsewhere", UsageData: { Size: -1, RefCount: 1 } },
  { Name: "another's", UsageData: { Size: 5, RefCount: 0 } },
];

/** What engines answer to the question for disk usage, by their API. */
const engines: readonly (readonly [
  api: string,
  status: number,
  answer: unknown,
  bytes?: number,
])[] = [
  ["1.41", 200, { LayersSize: 1, Images: [], Containers: [], Volumes: measured }, 2_000_000],
  ["1.52", 200, { VolumeUsage: { TotalCount: 3, Items: measured } }, 2_000_000],
  ["1.53 without details", 200, { VolumeUsage: { TotalCount: 3, TotalSize: 2_000_005 } }],
  ["of another kind, with none", 200, { Volumes: null }],
  ["that can't say", 500, { message: "a disk usage operation is already running" }],
];

describe("the sizes of the stack's volumes", () => {
  const folder = scratchFolder();
  let server: Server | undefined;
  afterEach(() => server?.close());

  for (const [api, status, answer, bytes] of engines) {
    it(`are ${bytes === undefined ? "unknown, and nothing fails," : "known"} with API ${api}`, async () => {
      const asked: string[] = [];
      server = createServer((request, response) => {
        const path = request.url ?? "";
        asked.push(path);
        response.setHeader("content-type", "application/json");
        if (path.startsWith("/system/df")) response.writeHead(status).end(JSON.stringify(answer));
        else response.end(JSON.stringify({ Volumes: [{ Name: "elsewhere" }, { Name: "data" }] }));
      });
      const socket = join(folder.path, "docker.sock");
      await once(server.listen(socket), "listening");
      const docker = dockerClient({ host: `unix://${socket}` });

      const volumes = await listVolumes(docker, { owner: "o", stackName: "s" });

      expect(volumes).to.deep.equal([
        { name: "data", bytes },
        { name: "elsewhere", bytes: undefined },
      ]);
      expect(asked).to.include("/system/df?type=volume&verbose=1");
      expect(describeVolumes(volumes)).to.include("elsewhere");
    });
  }
});
