import { expect } from "chai";
import type Docker from "dockerode";
import { chooseImageSource } from "../../cli/image-source.ts";
import { lockImages } from "../../cli/lock-images.ts";
import { labelNames } from "../../infra/render-container.ts";

/** An engine that knows the digests of these references and no other. */
function engineWith(digests: Readonly<Record<string, string>>): Docker {
  return {
    getImage: (name: string) => ({
      distribution: () =>
        name in digests
          ? Promise.resolve({ Descriptor: { digest: digests[name] } })
          : Promise.reject(new Error("lookup registry: no such host\nmore")),
    }),
  } as unknown as Docker;
}

const volume = (name: string, dataFormat: string) => ({
  name,
  labels: { [labelNames.dataFormat]: dataFormat },
});
const postgresImage = "pgvector/pgvector:0.8.6-pg18-trixie";

describe("chooseImageSource", () => {
  it("builds where no registry answers, and says why in one line", async () => {
    const choice = await chooseImageSource(engineWith({}), []);

    expect(choice.source).to.equal("build");
    expect(choice.reason).to.equal("no registry answers: lookup registry: no such host");
  });

  it("pulls where a registry answers", async () => {
    const engine = engineWith({ [postgresImage]: "sha256:1" });

    expect((await chooseImageSource(engine, [])).source).to.equal("registry");
  });

  it("stays with what wrote the data that is there, whatever the network says", async () => {
    const online = engineWith({ [postgresImage]: "sha256:1" });
    const built = [volume("a", "postgres-18"), volume("b", "qdrant-edge")];
    const pulled = [volume("b", "qdrant-1")];

    expect((await chooseImageSource(online, built)).source).to.equal("build");
    expect((await chooseImageSource(engineWith({}), pulled)).source).to.equal("registry");
  });
});

describe("lockImages", () => {
  const images = {
    one: { repository: "a/one", tag: "1.0" },
    two: { repository: "b/two", tag: "2.0", digest: "sha256:2" },
  };

  it("adds the digests that were missing or have changed", async () => {
    const digests: Record<string, string> = { "a/one:1.0": "sha256:1", "b/two:2.0": "sha256:2" };

    const locked = await lockImages(images, (name) => Promise.resolve(digests[name] ?? ""));

    expect(locked.images["one"]).to.deep.equal({ ...images.one, digest: "sha256:1" });
    expect(locked.changed).to.deep.equal([{ name: "one", digest: "sha256:1" }]);
  });

  it("names every image that could not be looked up", async () => {
    const locked = await lockImages(images, (name) => Promise.reject(new Error(`no ${name}`)));

    expect(locked.failed).to.deep.equal(["a/one:1.0: no a/one:1.0", "b/two:2.0: no b/two:2.0"]);
  });
});
