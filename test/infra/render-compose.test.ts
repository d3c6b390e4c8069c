import { expect } from "chai";
import { parse } from "yaml";
import { planImages } from "../../infra/image-plan.ts";
import { renderCompose, withSecretsNamed } from "../../infra/render-compose.ts";
import { startOrder } from "../../infra/start-order.ts";
import { enabledServices } from "../../infra/services/index.ts";
import { desiredWith, testSources } from "../support/desired.ts";
import { settingsWith } from "../support/settings.ts";

interface ComposeService {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly depends_on: Readonly<Record<string, { condition: string }>>;
  readonly volumes: readonly string[];
  readonly extra_hosts?: readonly string[];
}

function compose(overrides: Readonly<Record<string, string>> = {}) {
  const desired = desiredWith(overrides);
  const settings = withSecretsNamed(settingsWith(overrides));
  const specs = startOrder(enabledServices(settings, testSources.readText));
  const images = planImages(specs, settings.IMAGE_SOURCE, testSources);
  const text = renderCompose(desired.identity, specs, images, ".env.test");
  const file = parse(text) as {
    services: Record<string, ComposeService>;
    configs: Record<string, { content: string }>;
    volumes: Record<string, { name: string }>;
  };
  return { text, file, desired };
}

describe("the Compose file", () => {
  it("has every service, from the same image, with the same ports and needs", () => {
    const { file, desired } = compose();

    expect(Object.keys(file.services)).to.deep.equal(desired.specs.map(({ name }) => name));
    for (const { name, ports, startsAfter } of desired.specs) {
      const service = file.services[name];
      expect(service?.image).to.equal(desired.record.services[name]?.image);
      expect(service?.ports).to.deep.equal(
        ports.map(({ internal, external }) => `127.0.0.1:${external}:${internal}`),
      );
      expect(Object.keys(service?.depends_on ?? {})).to.deep.equal(startsAfter);
    }
  });

  it("prepares a service's volumes first, confined as the service is, and starts it after that", () => {
    const { text, file, desired } = compose({ IMAGE_SOURCE: "registry", HF_TOKEN: "hf_of-a-test" });
    const weights = file.services["model-weights"];

    expect(file.services["model"]?.depends_on).to.deep.equal({
      "model-weights": { condition: "service_completed_successfully" },
    });
    expect(weights).to.deep.include({
      image: desired.images.preparations.get("model-weights")?.tag,
      pull_policy: "never",
      restart: "no",
      user: "10001:10001",
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      volumes: ["gguf-weights:/models"],
    });
    expect(weights?.environment["HF_TOKEN"]).to.equal("${HF_TOKEN:?is not set}");
    expect(text).not.to.include("hf_of-a-test");
  });

  it("lets LiteLLM alone find this machine by its name", () => {
    const { file } = compose();
    const named = Object.entries(file.services).filter(([, { extra_hosts: hosts }]) => hosts);

    expect(named.map(([name, { extra_hosts: hosts }]) => [name, hosts])).to.deep.equal([
      ["litellm", ["host.docker.internal:host-gateway"]],
    ]);
  });

  it("names secrets and holds none, inside URLs neither", () => {
    const { text, file } = compose({ QDRANT_API_KEY: "key-of-qdrant", AGENT_API_KEYS: "a$b" });

    expect(text).not.to.match(/password-1|sk-master|record-key|key-of-qdrant|a\$b/);
    expect(file.services["agent"]?.environment).to.include({
      DATABASE_URL: "postgresql://agent:${AGENT_DB_PASSWORD:?is not set}@postgres:5432/agent",
      QDRANT_API_KEY: "${QDRANT_API_KEY:?is not set}",
      AGENT_API_KEYS: "${AGENT_API_KEYS:?is not set}",
    });
  });

  it("leaves a variable out whose secret is not set, as the stack does", () => {
    const { file } = compose();

    expect(file.services["agent"]?.environment).not.to.have.property("AGENT_API_KEYS");
  });

  it("mounts the stack's own volumes, so that its data carries over", () => {
    const { file, desired } = compose();
    const names = desired.containers.flatMap(({ args }) =>
      args.volumes.map(({ volumeName }) => volumeName),
    );

    expect(Object.values(file.volumes).map(({ name }) => name)).to.deep.equal(names);
  });

  it("carries the configuration files, with no dollar that Compose would take for its own", () => {
    const { file } = compose();

    expect(file.configs["litellm-config-yaml"]?.content).to.include("model_list");
    for (const { content } of Object.values(file.configs)) {
      expect(
        content.replaceAll("$$", "").replaceAll(/\$\{[A-Z_]+:\?is not set\}/g, ""),
      ).not.to.include("$");
    }
  });
});
