import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { expect } from "chai";
import { dockerClient } from "../../cli/containers/docker-client.ts";
import { listVolumes } from "../../cli/volumes.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const marks = { owner: "o", stackName: "test" };
const used = { Name: "st-test-qdrant", UsageData: { Size: 4096, RefCount: 1 } };

describe("the stack's volumes", () => {
  const folder = scratchFolder();
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  /** An engine whose `/system/df` answers so; what it was asked is remembered. */
  async function engine(usage: object): Promise<{ host: string; asked: string[] }> {
    const asked: string[] = [];
    const path = join(folder.path, "docker.sock");
    server = createServer((request, response) => {
      const url = request.url ?? "";
      asked.push(url);
      const answer = url.startsWith("/system/df") ? usage : { Volumes: [{ Name: used.Name }] };
      response.end(JSON.stringify(answer));
    }).listen(path);
    await once(server, "listening");
    return { host: `unix://${path}`, asked };
  }

  async function sizeAmong(usage: object): Promise<number | undefined> {
    const { host, asked } = await engine(usage);
    const [volume] = await listVolumes(dockerClient({ host }), marks);
    expect(asked).to.include("/system/df?type=volume&verbose=true");
    return volume?.bytes;
  }

  it("have their sizes from an engine of any age", async () => {
    expect(await sizeAmong({ Volumes: [used] })).to.equal(4096);
  });

  it("have them from the newer field, which alone a newer engine fills", async () => {
    expect(await sizeAmong({ VolumeUsage: { TotalCount: 1, Items: [used] } })).to.equal(4096);
  });

  for (const usage of [{ Volumes: null }, { Volumes: [{ ...used, UsageData: { Size: -1 } }] }]) {
    it(`have none where the engine gives ${JSON.stringify(usage)}`, async () => {
      expect(await sizeAmong(usage)).to.equal(undefined);
    });
  }
});
