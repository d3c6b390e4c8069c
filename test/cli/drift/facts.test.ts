import { expect } from "chai";
import type Docker from "dockerode";
import { actualFacts } from "../../../cli/drift/actual-facts.ts";
import { expectedFacts } from "../../../cli/drift/expected-facts.ts";
import { type EngineLimits, namelessVolume, settableFacts } from "../../../cli/drift/facts.ts";
import { desiredWith } from "../../support/desired.ts";

const { record } = desiredWith();
const none = { env: [], labels: {}, command: [], entrypoint: [], volumes: [] };

const inspected = {
  Id: "abcdef0123456789",
  Name: "/x-agent",
  Image: "sha256:1",
  State: { Status: "paused" },
  Config: {
    Image: "agent-stack/agent:1",
    Env: ["TOKEN=hush=hush"],
    Labels: {},
    Cmd: null,
    Entrypoint: "start",
    User: "1:1",
    Healthcheck: { Test: ["CMD", "probe"], Interval: 5e9, Timeout: 9e10, Retries: 3 },
  },
  HostConfig: { CapAdd: ["CAP_CHOWN"], CapDrop: ["ALL"], Memory: 1024 * 1024 * 384 },
  Mounts: [{ Type: "bind", Source: "/etc", Destination: "/host" }],
  NetworkSettings: { Networks: { net: { Aliases: ["agent", "abcdef012345"] } } },
} as unknown as Docker.ContainerInspectInfo;

describe("what should be", () => {
  it("is running: a container that was paused or stopped by hand has drifted", () => {
    for (const service of Object.values(record.services)) {
      expect(expectedFacts(service, "sha256:1", none).get("state")).to.equal("running");
    }
    const facts = actualFacts(inspected, "id", new Map(), (_name, value) => value);
    expect(facts.get("state")).to.equal("paused");
  });

  it("contains no secret's text, for any service", () => {
    const texts = Object.values(record.services).flatMap((service) => [
      ...expectedFacts(service, "sha256:1", none).values(),
    ]);

    expect(texts.join("\n")).not.to.match(/postgres-password-1|agent-password-1|sk-master-key/);
    expect(texts.join("\n")).to.include("hmac-sha256:");
  });

  it("shows files by their hash, never by their content", () => {
    const litellm = record.services["litellm"];
    if (!litellm) throw new Error("no litellm");

    expect(expectedFacts(litellm, "sha256:1", none).get("file /etc/litellm/config.yaml")).to.match(
      /^sha256:[0-9a-f]{16}$/,
    );
  });

  it("lets what the image sets hold, until the service says otherwise", () => {
    const agent = record.services["agent"];
    if (!agent) throw new Error("no agent");
    const defaults = { ...none, env: ["PATH=/bin", "LOG_LEVEL=trace"], command: ["node"] };

    const facts = expectedFacts(agent, "sha256:1", defaults);

    expect(facts.get("env PATH")).to.equal("/bin");
    expect(facts.get("env LOG_LEVEL")).to.equal("info");
    expect(facts.get("command")).to.equal('["node"]');
  });
});

describe("a VOLUME of an image", () => {
  const searxng = record.services["searxng"];
  if (!searxng) throw new Error("no searxng");
  const declared = { ...none, volumes: ["/tmp", "/var/cache"] };

  it("is memory or a volume of ours where the service covers it, and else Docker's own", () => {
    const facts = expectedFacts(searxng, "sha256:1", declared);

    expect(facts.get("mount /tmp")).to.match(/^tmpfs /);
    expect(facts.get("mount /var/cache")).to.equal(namelessVolume);
  });

  it("shows alike whatever name Docker gave it, and a volume of ours by its name", () => {
    const volume = (Name: string, Destination: string) => ({ Type: "volume", Name, Destination });
    const Mounts = [volume("ab".repeat(32), "/var/cache"), volume("mine", "/data")];
    const found = actualFacts(
      { ...inspected, Mounts } as unknown as Docker.ContainerInspectInfo,
      "id",
      new Map(),
      () => "",
    );

    expect(found.get("mount /var/cache")).to.equal(namelessVolume);
    expect(found.get("mount /data")).to.equal("volume mine");
  });
});

describe("limits that the engine can't set", () => {
  const facts = new Map([
    ["memory limit", "384 MiB"],
    ["memory and swap limit", "384 MiB"],
    ["user", "1:1"],
  ]);
  const left = (limits: EngineLimits) => [...settableFacts(facts, limits).keys()];

  it("are not compared: a container would say that it has none", () => {
    expect(left({ MemoryLimit: true, SwapLimit: true })).to.deep.equal([...facts.keys()]);
    expect(left({})).to.deep.equal([...facts.keys()]);
    expect(left({ MemoryLimit: true, SwapLimit: false })).to.deep.equal(["memory limit", "user"]);
    expect(left({ MemoryLimit: false, SwapLimit: false })).to.deep.equal(["user"]);
  });
});

describe("what is", () => {
  const facts = actualFacts(inspected, "id", new Map(), () => "shown");

  it("reads Docker's own forms in ours", () => {
    expect(Object.fromEntries(facts)).to.include({
      image: "sha256:1",
      name: "x-agent",
      entrypoint: '["start"]',
      command: "[]",
      "memory limit": "384 MiB",
      "capabilities added": "CHOWN",
      "health check interval": "5s",
      "health check timeout": "1m30s",
      "mount /host": "/etc",
      "network net": "as agent",
    });
  });

  it("sees a name that the container resolves by itself, and the one that it should", () => {
    const litellm = record.services["litellm"];
    if (!litellm) throw new Error("no litellm");
    const HostConfig = {
      ...inspected.HostConfig,
      ExtraHosts: ["host.docker.internal:host-gateway", "api.example:::1"],
    } as Docker.HostConfig;

    const found = actualFacts({ ...inspected, HostConfig }, "id", new Map(), () => "");

    expect(expectedFacts(litellm, "sha256:1", none).get("host host.docker.internal")).to.equal(
      "host-gateway",
    );
    expect(found.get("host host.docker.internal")).to.equal("host-gateway");
    expect(found.get("host api.example")).to.equal("::1");
  });

  it("sees the limits of a process as they should be, and where an older version set none", () => {
    const agent = record.services["agent"];
    if (!agent) throw new Error("no agent");
    const Ulimits = [{ Name: "nofile", Soft: 16_384, Hard: 16_384 }];
    const HostConfig = { ...inspected.HostConfig, Ulimits } as Docker.HostConfig;
    const name = "limits of a process";
    const { ulimits, ...olderArgs } = agent.args;
    const older = { ...agent, args: olderArgs as typeof agent.args };

    const now = actualFacts({ ...inspected, HostConfig }, "id", new Map(), () => "");
    expect(now.get(name)).to.equal(expectedFacts(agent, "sha256:1", none).get(name));
    expect(expectedFacts(older, "sha256:1", none).get(name)).to.equal(facts.get(name));
    expect(ulimits).to.have.length(1);
  });

  it("asks what may be shown of each variable, equal signs in its value included", () => {
    const asked: string[] = [];
    actualFacts(inspected, "id", new Map(), (name, value) => {
      asked.push(`${name} is ${value}`);
      return "";
    });

    expect(asked).to.deep.equal(["TOKEN is hush=hush"]);
  });
});
