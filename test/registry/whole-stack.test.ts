import { expect } from "chai";
import { desiredStack } from "../../infra/desired-stack.ts";
import { imageName, type ImagePlan, isPulled } from "../../infra/image-plan.ts";
import { imageReference, registryImages } from "../../infra/images/registry-images.ts";
import { repositorySources } from "../../infra/sources.ts";
import { buildLookalikes } from "../lookalikes/build-lookalikes.ts";
import { publishLookalikes } from "../lookalikes/publish-lookalikes.ts";
import { crlfClone } from "../support/crlf-clone.ts";
import { desiredWith } from "../support/desired.ts";
import { engineGateway, thisMachine } from "../support/engine-gateway.ts";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { LoopbackRegistry } from "../support/loopback-registry.ts";
import { ModelHub } from "../support/model-hub.ts";
import { smallWeights } from "../support/small-weights.ts";
import { OpenWebuiFiles } from "../support/open-webui-files.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { serviceNames } from "../support/service-names.ts";
import { settingsWith } from "../support/settings.ts";
import { qdrantClient, sql } from "../support/stores.ts";
import {
  bringUpSystemStack,
  docker,
  errorOf,
  jsonLines,
  removeSystemStack,
  resultOf,
  systemStack,
} from "../support/system-stack.ts";
import { removeImages } from "../support/tiny-image.ts";
import { volumeDigest } from "../support/volume-digest.ts";

const modelRepository = "test/SmolLM2-135M-Instruct-GGUF";

/**
 * The way that nearly every user takes: images are pulled, and nothing is decided before. One stack
 * goes through it all, in this order, with the look-alikes of the published images behind a mirror.
 */
describe("a stack from a registry", function () {
  this.timeout(1_800_000);
  this.slow(120_000);
  this.bail(true);

  let registry: LoopbackRegistry;
  let hub: ModelHub;
  let clone: string;
  let base: string;
  let first: CommandResult;
  let file: string;
  let set: string;

  const stack = (...words: string[]) => systemStack().stack(...words);
  const succeeding = async (...words: string[]) => {
    const result = await stack(...words, "--json");
    expect(result.exitCode, result.stdout + result.stderr).to.equal(0);
    return resultOf(result.stdout);
  };
  const failing = async (...words: string[]) => {
    const result = await stack(...words, "--json");
    expect(result.exitCode, result.stdout).not.to.equal(0);
    return errorOf(result.stdout);
  };
  const ids = () =>
    Object.fromEntries(serviceNames.map((name) => [name, systemStack().containerId(name)]));
  const uploadedContent = async () => (await OpenWebuiFiles.signIn()).content(file);

  before(async () => {
    const lookalikes = await buildLookalikes((line) => {
      console.log(`    ${line}`);
    });
    registry = await LoopbackRegistry.start();
    await publishLookalikes(lookalikes, registry);
    base = lookalikes.base;
    hub = new ModelHub();
    hub.publish(modelRepository, { "SmolLM2-135M-Instruct-Q4_1.gguf": smallWeights() });
    const gateway = engineGateway(base);
    await hub.open(gateway);
    clone = crlfClone();
    first = await bringUpSystemStack({
      clone,
      settings: {
        IMAGE_REGISTRY_MIRROR: registry.mirror,
        LOCAL_MODEL: `${modelRepository}:Q4_1`,
        HF_ENDPOINT: hub.address.replace(gateway, thisMachine),
      },
    });
  });
  after(async () => {
    await removeSystemStack();
    removeImages(
      ...Object.values(registryImages).map((each) => registry.mirrored(imageReference(each))),
    );
    await registry.stop();
    await hub.close();
  });

  it("comes up with nine healthy services, from images that were pulled, and writes that down", async () => {
    expect(first.exitCode, first.stdout + first.stderr).to.equal(0);
    const pulled = jsonLines(first.stdout)
      .filter(({ phase, message }) => phase === "images" && /^pulled/.test(String(message)))
      .map(({ subject }) => subject);
    const status = await succeeding("status");
    const rows = status["services"] as { service: string; health: string }[];

    expect(readFromEnvFile(clone, "IMAGE_SOURCE")).to.equal("registry");
    const { services } = desiredWith({ IMAGE_SOURCE: "registry" }).images;
    const toPull = [...services].filter(([, image]) => isPulled(image)).map(([name]) => name);
    expect(pulled).to.include.members(toPull);
    expect(rows.map(({ service }) => service)).to.have.members([...serviceNames]);
    expect(rows.map(({ health }) => health)).to.deep.equal(serviceNames.map(() => "healthy"));
    for (const name of toPull) {
      const image = docker("inspect", "--format", "{{.Config.Image}}", ids()[name] ?? "");
      expect(image, name).to.match(new RegExp(`^${registry.host}/`));
    }
  });

  it("answers Open WebUI's own page on any port, and no other page", async () => {
    const address = systemStack().url("open-webui");
    const { port } = new URL(address);
    const statusFor = async (origin: string) =>
      (await fetch(`${address}/api/config`, { headers: { origin } })).status;

    expect(await statusFor(address)).to.equal(200);
    expect(await statusFor(`http://127.0.0.1:${Number(port) + 1}`)).to.equal(403);
    expect(await statusFor("https://website.example.test")).to.equal(403);
  });

  it("has the same image tags in a clone with core.autocrlf as everywhere else", () => {
    const settings = settingsWith({ IMAGE_SOURCE: "registry" });
    const there = desiredStack(settings, "test", repositorySources(clone));

    expect(tagsOf(there.images)).to.deep.equal(
      tagsOf(desiredWith({ IMAGE_SOURCE: "registry" }).images),
    );
  });

  it("finds nothing to do a second time, pulls nothing and keeps every container", async () => {
    const before = ids();
    registry.requests.length = 0;

    const again = await succeeding("up", "--yes", "--verify");

    expect(again["outcome"]).to.equal("unchanged");
    expect(ids()).to.deep.equal(before);
    expect(registry.requests.filter((request) => request.includes("/blobs/"))).to.deep.equal([]);
  });

  it("passes smoke, and drift finds nothing", async () => {
    await succeeding("smoke");
    expect((await succeeding("drift"))["drift"]).to.deep.equal([]);
  });

  it("keeps a file that was uploaded to Open WebUI across down and up", async () => {
    file = await (await OpenWebuiFiles.signIn()).upload("kept.txt", "kept across everything");
    await succeeding("down");
    await succeeding("up", "--yes");

    expect(await uploadedContent()).to.equal("kept across everything");
    expect((await succeeding("drift"))["drift"]).to.deep.equal([]);
  });

  it("is backed up, verified and restored", async () => {
    await remember("before the backup");
    const { path, manifest } = await succeeding("backup", "create");
    set = String(path);
    // Not what can be fetched again.
    expect(JSON.stringify(manifest)).not.to.include("model-files");
    await succeeding("backup", "verify", set);
    await remember("after the backup");
    sql("agent", "CREATE TABLE t_after AS SELECT 1 AS n");

    await succeeding("backup", "restore", set, "--yes");

    expect(await remembered()).to.deep.equal(["before the backup"]);
    expect(sql("agent", "SELECT to_regclass('t_after') IS NULL")).to.equal("t");
    expect(await uploadedContent()).to.equal("kept across everything");
  });

  it("rolls back to the last good stack, and forward again", async () => {
    setInEnvFile(clone, "LOG_LEVEL", "error");
    await succeeding("up", "--yes");

    const back = await succeeding("rollback", "--yes");
    expect(back["reverted"]).to.deep.equal(["agent: LOG_LEVEL error -> info"]);
    expect((await succeeding("drift"))["drift"]).to.deep.equal([]);

    setInEnvFile(clone, "LOG_LEVEL", "info");
    await succeeding("up", "--yes", "--verify");
  });

  it("loses no byte to a bare pulumi up after the image source was changed by hand", async () => {
    const volumes = volumesOf();
    const qdrant = volumes.filter((name) => name.includes("qdrant"));
    await succeeding("down");
    const before = Object.fromEntries(qdrant.map((name) => [name, volumeDigest(base, name)]));
    setInEnvFile(clone, "IMAGE_SOURCE", "build");

    const flipped = await stack("pulumi", "up", "--yes", "--skip-preview");
    const { exitCode, stdout } = await stack("pulumi", "down", "--yes", "--skip-preview");
    expect(exitCode, flipped.stdout + flipped.stderr + stdout).to.equal(0);

    expect(volumesOf()).to.include.members(volumes);
    for (const [name, digest] of Object.entries(before)) {
      expect(volumeDigest(base, name), name).to.equal(digest);
    }

    setInEnvFile(clone, "IMAGE_SOURCE", "registry");
    await succeeding("up", "--yes");
    expect(await remembered()).to.deep.equal(["before the backup"]);
    expect(await uploadedContent()).to.equal("kept across everything");
  });

  it("is restored into a stack of the other source where formats agree, and is refused where they don't", async () => {
    await succeeding("down", "--remove-volumes", "--yes");
    setInEnvFile(clone, "IMAGE_SOURCE", "build");
    await succeeding("up", "--yes");

    const refused = await failing("backup", "restore", set, "--yes");
    const parts = ["postgres", "files"].flatMap((part) => ["--only", part]);
    await succeeding("backup", "restore", set, "--yes", ...parts);

    expect(refused.message + refused.details.join("\n")).to.match(/qdrant/i);
    expect(refused.remedy).to.include("--only");
    expect(await uploadedContent()).to.equal("kept across everything");
  });

  async function remember(text: string): Promise<void> {
    const collection = "t_registry";
    const { exists } = await qdrantClient().collectionExists(collection);
    if (!exists) {
      await qdrantClient().createCollection(collection, { vectors: { size: 2, distance: "Dot" } });
    }
    const { count } = await qdrantClient().count(collection);
    await qdrantClient().upsert(collection, {
      wait: true,
      points: [{ id: count + 1, vector: [count, 1], payload: { text } }],
    });
  }

  async function remembered(): Promise<unknown[]> {
    const { points } = await qdrantClient().scroll("t_registry", { limit: 100 });
    return points.map(({ payload }) => payload?.["text"]);
  }

  function volumesOf(): string[] {
    const filter = `name=${systemStack().project}-test-`;
    return docker("volume", "ls", "--quiet", "--filter", filter).split("\n").sort();
  }
});

function tagsOf({ base, shared, services }: ImagePlan): string[] {
  return [base.tag, ...shared.map(({ tag }) => tag), ...[...services.values()].map(imageName)];
}
