import { expect } from "chai";
import type Docker from "dockerode";
import { chooseImageSource, type SourceQuestion } from "../../../cli/stack/choose-image-source.ts";
import { lockImages } from "../../../cli/deploy/lock-images.ts";
import { imageReference, registryImages } from "../../../infra/images/registry-images.ts";
import { labelNames } from "../../../infra/render-container.ts";
import { StackError } from "../../../infra/stack-error.ts";

/** An engine that knows the digests of these references, and has one error for any other. */
function engineWith(
  digests: Readonly<Record<string, string>>,
  error = "lookup registry: no such host",
): { readonly docker: Docker; readonly asked: string[] } {
  const asked: string[] = [];
  const getImage = (name: string) => ({
    distribution: () => {
      asked.push(name);
      return name in digests
        ? Promise.resolve({ Descriptor: { digest: digests[name] } })
        : Promise.reject(new Error(error));
    },
  });
  return { docker: { getImage } as unknown as Docker, asked };
}

/** The question of a first `up` where building works and nobody has a login. */
function question(docker: Docker, more: Partial<SourceQuestion> = {}): SourceQuestion {
  return {
    ...{ docker, volumes: [], mirrors: new Map<string, string>(), canBuild: true },
    environment: { DOCKER_CONFIG: "/nonexistent" },
    signal: new AbortController().signal,
    ...more,
  };
}

const volume = (name: string, dataFormat: string) => ({
  name,
  labels: { [labelNames.dataFormat]: dataFormat },
});
const debian = "debian:bookworm-slim";
const github = imageReference(registryImages["open-webui"]);
const both = { [debian]: "sha256:1", [github]: "sha256:2" };

describe("chooseImageSource", () => {
  it("asks Docker Hub and GitHub's registry for what the stack pulls from them", async () => {
    const { docker, asked } = engineWith(both);

    expect(await chooseImageSource(question(docker))).to.deep.include({ source: "registry" });
    expect(asked).to.have.members([debian, github]);
  });

  it("asks the mirror where there is one, and no registry beside it", async () => {
    const mirrors = new Map([["", "mirror.example.com"]]);
    const { docker, asked } = engineWith({});

    const choice = chooseImageSource(question(docker, { mirrors }));

    expect(await rejected(choice)).to.include("mirror.example.com can't be reached");
    expect(asked).to.have.length(2);
    for (const reference of asked) expect(reference).to.match(/^mirror\.example\.com\//);
  });

  it("builds on a closed network at once", async () => {
    const { docker, asked } = engineWith({});
    const started = Date.now();

    const choice = await chooseImageSource(question(docker));

    expect(choice).to.deep.include({ source: "build", isFromData: false });
    expect(choice.reason).to.equal("no registry can be reached: lookup registry: no such host");
    expect(asked).to.have.length(2);
    expect(Date.now() - started).to.be.below(1000);
  });

  it("asks a registry that stumbles once more, and believes its second answer", async () => {
    let calls = 0;
    const getImage = () => ({
      distribution: () => {
        calls += 1;
        return calls <= 2
          ? Promise.reject(new Error("received unexpected HTTP status: 503 Service Unavailable"))
          : Promise.resolve({ Descriptor: { digest: "sha256:1" } });
      },
    });
    const docker = { getImage } as unknown as Docker;

    expect((await chooseImageSource(question(docker))).source).to.equal("registry");
    expect(calls).to.equal(4);
  });

  it("decides nothing after Ctrl-C, and waits for no answer", async () => {
    const interrupt = new AbortController();
    const getImage = () => ({ distribution: () => new Promise(() => undefined) });
    const docker = { getImage } as unknown as Docker;

    const choice = chooseImageSource(question(docker, { signal: interrupt.signal }));
    setTimeout(() => {
      interrupt.abort();
    }, 20);

    expect(await rejected(choice)).to.include("Interrupted");
  });

  it("stays with what wrote the data that is there, and asks nobody", async () => {
    const { docker, asked } = engineWith(both);
    const built = [volume("a", "postgres-18"), volume("b", "qdrant-edge")];
    const pulled = [volume("b", "qdrant-1")];

    const sources = await Promise.all(
      [built, pulled].map((volumes) => chooseImageSource(question(docker, { volumes }))),
    );

    expect(sources.map(({ source }) => source)).to.deep.equal(["build", "registry"]);
    expect(sources.every(({ isFromData }) => isFromData)).to.equal(true);
    expect(asked).to.deep.equal([]);
  });
});

async function rejected(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StackError) return error.message;
    throw error;
  }
  throw new Error("It was not rejected");
}

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
