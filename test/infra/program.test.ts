import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { volumeKey } from "../../infra/render-container.ts";
import { desiredWith } from "../support/desired.ts";

interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string | undefined;
}

const declared: Declared[] = [];

/** Runs the program against Pulumi's mocks: what it would ask the engine for. */
async function declare(): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom, provider }) => {
        // A component and its main resource share a name.
        if (custom === false) return { id: "", state: inputs as object };
        declared.push({ type, name, inputs: inputs as Record<string, unknown>, provider });
        return { id: `${name}-id`, state: { ...(inputs as object), imageId: `sha256:${name}` } };
      },
      call: () => ({}),
    },
    "agent-stack",
    "test",
  );
  const { declareStack } = await import("../../infra/program/declare-stack.ts");
  declareStack(desiredWith(), { host: "ssh://ada@build-box" });
  // The mocked engine answers asynchronously, and these depend on all others.
  const last = ["memory-schema", "open-webui", "phoenix", "model"];
  while (!last.every((each) => declared.some(({ name }) => name === each))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function named(name: string): Declared {
  const found = declared.find((resource) => resource.name === name);
  if (!found) throw new Error(`${name} was not declared`);
  return found;
}

describe("what a service's volumes are prepared by", () => {
  it("is declared with its secrets hidden, and ends before the service is made", async () => {
    const order: string[] = [];
    let environment: unknown;
    await pulumi.runtime.setMocks(
      {
        newResource: async ({ name, inputs, custom }) => {
          if (custom === false) return { id: "", state: inputs as object };
          // The engine says that a resource is made when it is.
          if (name === "model-weights") await new Promise((resolve) => setTimeout(resolve, 300));
          if (name === "model-weights")
            environment = (inputs as Record<string, unknown>)["environment"];
          order.push(name);
          return { id: `${name}-id`, state: { ...(inputs as object), imageId: `sha256:${name}` } };
        },
        call: () => ({}),
      },
      "agent-stack",
      "test",
    );
    const { declareStack } = await import("../../infra/program/declare-stack.ts");
    const withToken = { IMAGE_SOURCE: "registry", HF_TOKEN: "hf_of-a-test" };
    declareStack(desiredWith(withToken), { host: "unix:///var/run/docker.sock" });
    while (!["memory-schema", "model"].every((name) => order.includes(name)))
      await new Promise((resolve) => setTimeout(resolve, 5));

    const [volume, image, weights, model] = [
      "volume-gguf-weights",
      "image-model-weights",
      "model-weights",
      "model",
    ].map((name) => order.indexOf(name));
    expect([volume, image].every((index = -1) => index >= 0 && index < (weights ?? 0))).to.equal(
      true,
    );
    expect(weights).to.be.lessThan(model ?? -1);
    expect(environment).to.have.property("4dabf18193072939515e22adb298388d");
    expect(environment)
      .to.have.property("value")
      .that.includes({ MODEL: "unsloth/Qwen3-1.7B-GGUF:Q4_K_M", HF_TOKEN: "hf_of-a-test" });
  });
});

describe("the program", () => {
  before(() => declare());

  it("declares a container, an image and its volumes for every service, and one network", () => {
    for (const spec of desiredWith().specs) {
      expect(named(spec.name).type).to.equal("docker:index/container:Container");
      expect(named(`image-${spec.name}`).type).to.equal("docker:index/remoteImage:RemoteImage");
      for (const mount of spec.mounts) {
        const key = volumeKey(mount);
        expect(named(`volume-${key}`).inputs["name"]).to.equal(`agent-stack-test-${key}`);
      }
    }
    const networks = declared.filter(({ type }) => type === "docker:index/network:Network");
    expect(networks).to.have.length(1);
  });

  it("names its engine in a provider, which everything of Docker's has", () => {
    expect(named("docker").inputs["host"]).to.equal("ssh://ada@build-box");
    for (const { name, provider } of declared.filter(({ type }) => type.startsWith("docker:"))) {
      expect(provider, name).to.match(/AgentStack\$pulumi:providers:docker::docker::docker-id$/);
    }
    expect(named("memory-schema").provider ?? "").not.to.include("docker");
  });

  it("runs each container from its image's id, so that a rebuilt image replaces it", () => {
    for (const spec of desiredWith().specs) {
      expect(named(spec.name).inputs["image"]).to.equal(`sha256:image-${spec.name}`);
    }
  });

  it("keeps images when they leave the state, and rebuilds them when their content changes", () => {
    for (const { inputs } of declared.filter(({ name }) => name.startsWith("image-"))) {
      expect(inputs["keepLocally"]).to.equal(true);
      expect(inputs["triggers"]).to.deep.equal({ tag: inputs["name"] });
    }
  });

  it("names no path of this machine: a clone may move", () => {
    const root = new URL("../..", import.meta.url).pathname;

    expect(JSON.stringify(declared)).not.to.include(root);
  });

  it("labels each volume with the format of its data", () => {
    expect(named("volume-postgres-18-data").inputs["labels"]).to.deep.include({
      label: "agent-stack.data-format",
      value: "postgres-18",
    });
  });

  it("hands variables over as a secret where one of them is, and readable elsewhere", () => {
    const secretMark = "4dabf18193072939515e22adb298388d";

    expect(named("agent").inputs["envs"]).to.have.property(secretMark);
    expect(named("postgres").inputs["envs"]).to.have.property(secretMark);
    expect(named("embeddings").inputs["envs"]).to.deep.equal(["TZ=UTC"]);
  });
});

describe("a program's own Docker provider", () => {
  it("is the one of everything that AgentStack makes", async () => {
    const providers = new Set<string | undefined>();
    const made: string[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs, provider, custom }) => {
          if (custom === false) return { id: "", state: inputs as object };
          made.push(name);
          if (type.startsWith("docker:")) providers.add(provider);
          return { id: `${name}-id`, state: { ...(inputs as object), imageId: `sha256:${name}` } };
        },
        call: () => ({}),
      },
      "own-program",
      "test",
    );
    const docker = await import("@pulumi/docker");
    const { AgentStack } = await import("../../infra/program/agent-stack.ts");
    const own = new docker.Provider("mine", { host: "ssh://ada@build-box" });
    const engine = { host: "unix:///var/run/docker.sock" };
    new AgentStack("x", { stack: desiredWith(), root: "..", engine }, { providers: [own] });
    while (!made.includes("memory-schema")) await new Promise((resolve) => setTimeout(resolve, 5));

    expect([...providers]).to.deep.equal([
      "urn:pulumi:test::own-program::pulumi:providers:docker::mine::mine-id",
    ]);
    expect(made).not.to.include("docker");
  });
});
