import { expect } from "chai";
import type { Change } from "../../../cli/preview/change.ts";
import { describeChanges } from "../../../cli/preview/describe-changes.ts";
import type { PlannedStep } from "../../../cli/preview/planned-step.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { serviceFacts, type ServiceFacts, type StackFacts } from "../../../infra/rendering.ts";
import { desiredWith } from "../../support/desired.ts";

type Operation = PlannedStep["operation"];

function step(name: string, operation: Operation = "replace"): PlannedStep {
  const type = resourceTypes.container;
  return { operation, subject: name, type, name, reasons: ["envs"] };
}

function facts(overrides: Readonly<Record<string, string>> = {}): StackFacts {
  return { services: serviceFacts(desiredWith(overrides)) };
}

/** The stack's facts with one service changed. */
function withService(
  name: string,
  change: (service: ServiceFacts) => Partial<ServiceFacts>,
): StackFacts {
  const { services } = facts();
  const service = services[name];
  if (!service) throw new Error(`${name} is not a service`);
  return { services: { ...services, [name]: { ...service, ...change(service) } } };
}

function withArgs(name: string, args: Partial<ServiceFacts["args"]>): StackFacts {
  return withService(name, (service) => ({ args: { ...service.args, ...args } }));
}

function without(name: string): StackFacts {
  const kept = Object.entries(facts().services).filter(([service]) => service !== name);
  return { services: Object.fromEntries(kept) };
}

function changeOf(
  service: string,
  after: StackFacts,
  operation: Operation = "replace",
  before = facts(),
): Change {
  const [change] = describeChanges([step(service, operation)], before, after);
  if (!change) throw new Error("nothing was described");
  return change;
}

describe("a described change of a service", () => {
  it("names a port with its old and new value, which callers must follow", () => {
    const { reasons, level } = changeOf("agent", facts({ AGENT_PORT: "9000" }));

    expect(reasons).to.deep.equal(["port 8000 -> 9000"]);
    expect(level).to.equal("breaking");
  });

  it("names a variable with both values", () => {
    const { reasons, level } = changeOf("agent", facts({ LOG_LEVEL: "debug" }));

    expect(reasons).to.deep.equal(["LOG_LEVEL info -> debug"]);
    expect(level).to.equal("interruption");
  });

  it("names a secret variable without its values", () => {
    const before = facts({ AGENT_API_KEYS: "old-secret" });
    const change = changeOf("agent", facts({ AGENT_API_KEYS: "new-secret" }), "replace", before);

    expect(change.reasons).to.deep.equal(["AGENT_API_KEYS changed (secret)"]);
    expect(JSON.stringify(change)).not.to.match(/old-secret|new-secret/);
  });

  it("shows the lines of an edited configuration file", () => {
    const { reasons, files } = changeOf("litellm", facts({ PLANNER_RPM: "10" }));

    expect(reasons).to.deep.equal(["/etc/litellm/config.yaml edited"]);
    expect(files).to.have.length(1);
    expect(files[0]?.diff).to.match(/^\+ +rpm: 10$/m);
  });

  it("names a changed health check once, and not the wait that derives from it", () => {
    expect(changeOf("qdrant", facts({ HEALTH_INTERVAL: "9" })).reasons).to.deep.equal([
      "health check changed",
    ]);
  });

  it("names source that is mounted from the clone, and that it no longer is", () => {
    const hostPath = "/home/ada/clone/agent";
    const live = withArgs("agent", { volumes: [{ hostPath, containerPath: "/app/agent" }] });

    expect(changeOf("agent", live).reasons).to.deep.equal([`runs from ${hostPath}`]);
    expect(changeOf("agent", facts(), "replace", live).reasons).to.deep.equal([
      `no longer runs from ${hostPath}`,
    ]);
  });

  it("says of a raised memory limit that nothing is interrupted", () => {
    const change = changeOf(
      "model",
      withArgs("model", { memory: 2048, memorySwap: 2048 }),
      "update",
    );

    expect(change).to.deep.include({ level: "none", risk: "Changed while it runs." });
    expect(change.reasons).to.deep.equal(["memory limit 1024 -> 2048 MB"]);
  });

  it("warns of a lowered memory limit", () => {
    const change = changeOf("model", withArgs("model", { memory: 256, memorySwap: 256 }), "update");

    expect(change.level).to.equal("interruption");
    expect(change.reasons).to.deep.equal([
      "memory limit 1024 -> 256 MB: a process that needs more is killed",
    ]);
  });

  it("tells the kept data and who can't use it meanwhile", () => {
    const after = withService("postgres", () => ({ replacementSeconds: 15 }));

    expect(changeOf("postgres", after).risk).to.equal(
      "About 15 s without it; volume kept; agent, open-webui, phoenix can't use it meanwhile.",
    );
  });

  it("gives no number where none was measured", () => {
    const after = withService("embeddings", () => ({ replacementSeconds: undefined as never }));

    expect(changeOf("embeddings", after).risk).to.match(/^Until it is healthy again without it;/);
  });

  it("says that a removed service breaks who uses it", () => {
    const change = changeOf("model", without("model"), "delete");

    expect(change).to.deep.include({ action: "remove", level: "breaking" });
  });

  it("says what a new service is for", () => {
    const change = changeOf("model", facts(), "create", without("model"));

    expect(change).to.deep.include({ action: "create", level: "none" });
    expect(change.reasons).to.deep.equal(["a small local model, used when no provider key is set"]);
  });

  it("falls back on the engine's own names where the facts show no difference", () => {
    expect(changeOf("agent", facts()).reasons).to.deep.equal(["envs"]);
  });
});

describe("a described change of data", () => {
  const dataPath = "/var/lib/postgresql";

  it("says that another volume takes the place of one whose data stays", () => {
    const volumes = [{ containerPath: dataPath, volumeName: "other" }];
    const { level, reasons } = changeOf("postgres", withArgs("postgres", { volumes }));

    expect(level).to.equal("data");
    expect(reasons[0]).to.equal(
      "volume agent-stack-test-postgres-18-data keeps its data, which is not read any more; " +
        "other takes its place, empty unless it was used before",
    );
  });

  it("says that data stays on disk when its volume leaves the stack", () => {
    const gone: PlannedStep = {
      operation: "delete",
      subject: "postgres-18-data volume",
      type: resourceTypes.volume,
      name: "volume-postgres-18-data",
      reasons: [],
    };
    const [change] = describeChanges([gone], facts(), facts());

    expect(change?.level).to.equal("data");
    expect(change?.risk).to.include("stays until it is deleted by hand").and.include("doctor");
  });
});

describe("a described loss of protection", () => {
  const cases: readonly [string, Partial<ServiceFacts["args"]>, string][] = [
    [
      "a port beyond loopback",
      { ports: [{ internal: 6333, external: 6333, ip: "0.0.0.0", protocol: "tcp" }] },
      "published on 0.0.0.0:6333, beyond this machine",
    ],
    ["root", { user: "0:0" }, "run as root"],
    [
      "a capability",
      { capabilities: { adds: ["CAP_NET_ADMIN"], drops: ["ALL"] } },
      "given CAP_NET_ADMIN",
    ],
    ["gained privileges", { securityOpts: [] }, "allowed to gain privileges"],
    ["a writable root", { readOnly: false }, "its root file system becomes writable"],
  ];
  for (const [what, args, words] of cases) {
    it(`names ${what}`, () => {
      const { level, reasons } = changeOf("qdrant", withArgs("qdrant", args));

      expect(level).to.equal("protection");
      expect(reasons).to.include(words);
    });
  }

  it("holds a new service against a closed one", () => {
    const after = withArgs("qdrant", { user: "root" });

    expect(changeOf("qdrant", after, "create", without("qdrant")).level).to.equal("protection");
  });
});

describe("a described image", () => {
  const image = (tag: string, files: Record<string, string>) => ({ qdrant: { tag, files } });
  const imageStep: PlannedStep = {
    operation: "replace",
    subject: "qdrant image",
    type: resourceTypes.image,
    name: "image-qdrant",
    reasons: ["name", "triggers"],
  };
  const reasonsFor = (before: Record<string, string>, after: Record<string, string>) =>
    describeChanges(
      [imageStep],
      { services: {}, images: image("one", before) },
      { services: {}, images: image("two", after) },
    )[0]?.reasons;

  it("is rebuilt because of its Dockerfile, its packages, then its source", () => {
    const before = { "a.py": "1", Dockerfile: "1", "requirements.txt": "1", "z.py": "1" };
    const after = { "a.py": "2", Dockerfile: "2", "requirements.txt": "2" };

    expect(reasonsFor(before, after)).to.deep.equal([
      "Dockerfile, requirements.txt, a.py and 1 more changed",
    ]);
  });

  it("is rebuilt because of its parent where no file of its own differs", () => {
    expect(reasonsFor({ Dockerfile: "1" }, { Dockerfile: "1" })).to.deep.equal([
      "what it is built on changed",
    ]);
  });

  it("from a registry is named with both references", () => {
    const from = (reference: string) => withService("qdrant", () => ({ image: reference }));
    const before = from("qdrant/qdrant:v1.19.2@sha256:aa");
    const { reasons } = changeOf(
      "qdrant",
      from("qdrant/qdrant:v1.20.0@sha256:bb"),
      "replace",
      before,
    );

    expect(reasons).to.deep.equal([
      "image qdrant/qdrant:v1.19.2@sha256:aa -> qdrant/qdrant:v1.20.0@sha256:bb",
    ]);
  });
});

describe("described changes", () => {
  it("have the worst first", () => {
    const after = facts({ AGENT_PORT: "9000", LOG_LEVEL: "debug" });
    const steps = [step("embeddings", "update"), step("litellm"), step("agent")];

    const levels = describeChanges(steps, facts(), after).map(({ level }) => level);

    expect(levels).to.deep.equal(["breaking", "interruption", "none"]);
  });

  it("include what up would repair, which the engine does not know of", () => {
    const gone = new Map([
      ["agent", "missing"],
      ["qdrant", "stopped (exit 137)"],
    ]);

    const changes = describeChanges([], facts(), facts(), gone);

    expect(
      changes.map(({ action, subject, reasons }) => [action, subject, ...reasons]),
    ).to.deep.equal([
      ["create", "agent", "missing"],
      ["replace", "qdrant", "stopped (exit 137)"],
    ]);
  });

  it("include settings that came, went or have another default", () => {
    const settings = (entries: Record<string, string | null>) =>
      Object.fromEntries(
        Object.entries(entries).map(([name, fallback]) => [name, { fallback, secret: false }]),
      );
    const changes = describeChanges(
      [],
      { services: {}, settings: settings({ GONE: "", MOVED: "1" }) },
      { services: {}, settings: settings({ MOVED: "2", NEW_PASSWORD: null }) },
    );

    expect(
      changes.map(({ level, subject, reasons }) => [level, subject, ...reasons]),
    ).to.deep.equal([
      ["breaking", "setting GONE"],
      ["none", "setting MOVED", "by default 1 -> by default 2"],
      ["none", "setting NEW_PASSWORD", "new, generated by up"],
    ]);
  });
});
