import { expect } from "chai";
import { gibibyte } from "../../../cli/output/memory-size.ts";
import { judgeClock } from "../../../cli/doctor/check-clock.ts";
import { judgeDisk } from "../../../cli/doctor/check-disk.ts";
import { type DockerFacts, judgeDocker } from "../../../cli/doctor/check-docker.ts";
import { judgeEngine } from "../../../cli/doctor/check-engine.ts";
import { judgeLeftovers } from "../../../cli/doctor/check-leftovers.ts";
import { judgeMemory } from "../../../cli/doctor/check-memory.ts";
import { judgeModels } from "../../../cli/doctor/check-models.ts";
import { judgeNetwork, registries } from "../../../cli/doctor/check-network.ts";
import { judgePorts } from "../../../cli/doctor/check-ports.ts";
import { judgeSettings, type SettingsFacts } from "../../../cli/doctor/check-settings.ts";
import { judgeState } from "../../../cli/doctor/check-state.ts";
import { judgeVolumes } from "../../../cli/doctor/check-volumes.ts";
import { isWrong, type Judgement } from "../../../cli/doctor/finding.ts";
import { emptyState, parseStateFile } from "../../../cli/pulumi/stack-state.ts";
import { settingsWith } from "../../support/settings.ts";
import { containerResource } from "../../support/state.ts";

function severities(judged: readonly Judgement[]): string[] {
  return judged.map(({ severity }) => severity);
}

function only(judged: readonly Judgement[]): Judgement {
  const [first, ...rest] = judged.filter(isWrong);
  if (!first || rest.length > 0) throw new Error(`not one wrong thing: ${JSON.stringify(judged)}`);
  return first;
}

describe("doctor on Docker", () => {
  const healthy: DockerFacts = {
    host: {
      host: "unix:///var/run/docker.sock",
      engineVersion: "28.1.0",
      apiVersion: "1.49",
      source: "default",
      startedByUs: false,
    },
    refusal: undefined,
    info: { Driver: "overlay2", CgroupVersion: "2", MemoryLimit: true },
    command: "/usr/bin/docker",
    plan: { action: "start-service" },
  };
  const nowhere = { ...healthy, host: undefined, info: undefined };

  it("finds nothing wrong with an engine that is whole", () => {
    expect(judgeDocker(healthy).some(isWrong)).to.equal(false);
  });

  it("says how an engine would be had where none answers, and offers to start one", () => {
    const refused = judgeDocker({
      ...nowhere,
      plan: { action: "refuse", message: "Docker is not running.", remedy: "Open it." },
    });

    expect(only(refused)).to.deep.include({ what: "Docker is not running.", remedy: "Open it." });
    expect(only(judgeDocker(nowhere))).to.deep.include({
      severity: "warning",
      repair: { kind: "start-engine" },
    });
  });

  it("does not call it wrong that Docker is not installed yet", () => {
    const [judged] = judgeDocker({ ...nowhere, plan: { action: "install" } });

    expect(judged?.severity).to.equal("note");
    expect(judged?.what).to.include("./stack up");
  });

  it("passes on why an engine that is there can't be used", () => {
    const refusal = { message: "You may not use it.", remedy: "Join the group." };

    expect(only(judgeDocker({ ...nowhere, refusal })).what).to.equal("You may not use it.");
  });

  it("warns of a slow storage driver, of limits that don't hold, and of a missing command", () => {
    const wrong = judgeDocker({
      ...healthy,
      info: { Driver: "vfs", CgroupVersion: "2", MemoryLimit: false },
      command: undefined,
    }).filter(isWrong);

    expect(severities(wrong)).to.have.members(["error", "warning", "warning"]);
  });

  it("warns where the kernel does not account for swap, and not where an old engine says nothing of it", () => {
    const info = { Driver: "overlay2", MemoryLimit: true };

    const warned = only(judgeDocker({ ...healthy, info: { ...info, SwapLimit: false } }));
    expect(warned).to.include({ severity: "warning" });
    expect(warned.remedy).to.include("swapaccount=1");
    expect(judgeDocker({ ...healthy, info }).some(isWrong)).to.equal(false);
  });

  it("notes a rootless engine, and takes it for no fault", () => {
    const SecurityOptions = ["name=seccomp", "name=rootless"];
    const info = { Driver: "overlay2", CgroupVersion: "2", MemoryLimit: true, SecurityOptions };

    expect(severities(judgeDocker({ ...healthy, info }))).to.include("note");
  });
});

describe("doctor on the settings", () => {
  const complete: SettingsFacts = {
    file: ".env.two",
    exists: true,
    problem: undefined,
    warnings: [],
    missing: [],
    secretFiles: [{ path: "/clone/.env.two", mode: 0o600 }],
  };

  it("finds nothing wrong with a file that is complete and private", () => {
    expect(severities(judgeSettings(complete))).to.deep.equal(["ok"]);
  });

  it("takes a file that is not there yet for a fact", () => {
    const judged = judgeSettings({ ...complete, exists: false, secretFiles: [] });

    expect(severities(judged)).to.deep.equal(["note"]);
    expect(judged[0]?.what).to.include("./stack up");
  });

  it("offers to generate what is missing and to close what others may read", () => {
    const judged = judgeSettings({
      ...complete,
      missing: ["LITELLM_MASTER_KEY"],
      secretFiles: [{ path: "/clone/.env.two", mode: 0o644 }],
    });

    expect(judged.map(({ repair }) => repair)).to.deep.equal([
      { kind: "complete-env-file" },
      { kind: "make-private", path: "/clone/.env.two" },
    ]);
    expect(judged[1]?.what).to.include("mode 644");
  });

  it("reports wrong values as errors, and unknown names as warnings", () => {
    const problem = { message: "AGENT_PORT is eighty.", remedy: "Correct it." };
    const judged = judgeSettings({ ...complete, problem, warnings: [".env.two sets FOO."] });

    expect(severities(judged)).to.deep.equal(["error", "warning"]);
  });
});

describe("doctor on the machine", () => {
  it("judges each disk by what has to fit on it", () => {
    const disk = { place: "the clone", path: "/clone", least: gibibyte, enough: 6 * gibibyte };

    expect(judgeDisk({ ...disk, free: 10 * gibibyte }).severity).to.equal("ok");
    expect(judgeDisk({ ...disk, free: 2 * gibibyte }).severity).to.equal("warning");
    expect(judgeDisk({ ...disk, free: 1000 }).severity).to.equal("error");
  });

  it("wants more memory before the stack runs than while it does", () => {
    const room = { total: 8 * gibibyte, needed: 2 * gibibyte, savable: 0 };
    const memory = { room, available: 0.5 * gibibyte, limits: 9 * gibibyte };

    expect(severities(judgeMemory({ ...memory, running: false }))).to.deep.equal([
      "warning",
      "note",
    ]);
    expect(severities(judgeMemory({ ...memory, running: true }))).to.deep.equal(["ok", "note"]);
  });

  it("says that an engine has too little memory for the stack, and nothing of another machine's", () => {
    const room = { total: 3 * gibibyte, needed: 5 * gibibyte, savable: 2 * gibibyte };
    const memory = { room, available: undefined, limits: gibibyte };
    const first = judgeMemory({ ...memory, running: false });

    expect(severities(first)).to.deep.equal(["ok", "error"]);
    expect(only(first).what).to.include("5.0 GiB").and.to.include("3.0 GiB");
    expect(severities(judgeMemory({ ...memory, running: true }))).to.deep.equal(["ok", "warning"]);
    const enough = { ...memory, room: { ...room, total: 6 * gibibyte }, running: false };
    expect(severities(judgeMemory(enough))).to.deep.equal(["ok"]);
  });

  it("tells a clock that went wrong, and which way", () => {
    expect(only(judgeClock({ dockerAheadSeconds: -3600 })).what).to.include("3600 s behind");
    expect(judgeClock({ dockerAheadSeconds: 2 }).some(isWrong)).to.equal(false);
    expect(judgeClock({ dockerAheadSeconds: undefined })).to.deep.equal([]);
  });

  it("asks every registry that the stack pulls from, behind its mirror", () => {
    const settings = settingsWith({ IMAGE_REGISTRY_MIRROR: "ghcr.io=mirror.example.com/x" });
    const asked = registries({ settings, origins: {} as never, warnings: [] });

    expect(asked).to.have.length(2);
    expect(asked[0]).to.match(/^debian:/);
    expect(asked[1]).to.match(/^mirror\.example\.com\/x\//);
  });

  it("takes a closed network for a fact", () => {
    const judged = judgeNetwork([
      { what: "npm's registry", reachable: true },
      { what: "Docker's image registry", reachable: false },
      { what: "Python's package index", reachable: undefined },
    ]);

    expect(severities(judged)).to.deep.equal(["ok", "note", "note"]);
  });

  it("says that the engine is still available, where it is", () => {
    expect(severities(judgeEngine(undefined))).to.deep.equal(["note"]);
  });
});

describe("doctor on the stack", () => {
  it("names who holds a port, and the option that moves it", () => {
    const holder = { kind: "process", pid: 7, command: "nginx" } as const;
    const taken = [{ service: "agent", setting: "AGENT_PORT", port: 8000, holder }] as const;

    const { what, remedy } = only(judgePorts({ stackName: "dev", wanted: [8000], taken }));

    expect(what).to.include("process 7 (nginx)");
    expect(remedy).to.include("--auto-ports").and.to.include("AGENT_PORT in .env");
  });

  it("says in one line which ports another clone's stack has", () => {
    const holder = (name: string, ofThisClone: boolean) =>
      ({ kind: "container", name, stack: { name: "dev", ofThisClone } }) as const;
    const taken = [
      { service: "agent", setting: "AGENT_PORT", port: 8000, holder: holder("a", false) },
      { service: "qdrant", setting: "QDRANT_PORT", port: 6333, holder: holder("q", false) },
      { service: "phoenix", setting: "PHOENIX_PORT", port: 6006, holder: holder("p", true) },
    ] as const;

    const judged = judgePorts({ stackName: "two", wanted: [8000, 6333, 6006, 80], taken });

    expect(severities(judged)).to.deep.equal(["warning", "error"]);
    expect(judged[0]?.what).to.include("2 of 4 ports").and.to.include("8000, 6333");
    expect(judged[1]?.what).to.include("this clone's stack dev");
  });

  it("tells volumes of another clone from good ones, in one line", () => {
    const mounted = [
      { name: "mine", isOurs: true },
      { name: "theirs", isOurs: false },
      { name: "theirs too", isOurs: false },
    ];

    const judged = judgeVolumes({ mounted, toMove: [], unread: [] });

    expect(severities(judged)).to.deep.equal(["ok", "warning"]);
    expect(judged[1]?.what).to.include("theirs, theirs too");
  });

  it("names data that no service reads, how to take it over and how to delete it", () => {
    const unread = [{ dataFormat: "qdrant-edge", volumes: ["a-storage", "a-snapshots"] }];
    const [judged] = judgeVolumes({ mounted: [], toMove: [], unread });
    const what = judged?.what;

    expect(judged?.severity).to.equal("note");
    expect(what).to.include("ensure-schema --recreate");
    expect(what).to.include("docker volume rm a-storage a-snapshots");
  });

  it("calls it an error that data is where an earlier version left it", () => {
    const { severity, remedy } = only(judgeVolumes({ mounted: [], toMove: ["v"], unread: [] }));

    expect(severity).to.equal("error");
    expect(remedy).to.include("./stack up");
  });

  it("names what an interrupted up has left half-made", () => {
    const path = "/clone/.stack/state/dev.json";
    const resource = containerResource("litellm");
    const state = { resources: [], pending: [{ type: "creating", resource } as const] };

    const facts = { path, passphrase: "right" } as const;

    expect(only(judgeState({ ...facts, state })).what).to.include("litellm half-made");
    expect(judgeState({ ...facts, state: emptyState }).some(isWrong)).to.equal(false);
    expect(judgeState({ ...facts, state: undefined })).to.deep.equal([]);
    expect(only(judgeState({ ...facts, state: "damaged" })).remedy).to.include(`${path}.bak`);
    expect(only(judgeState({ ...facts, state: emptyState, passphrase: "lost" })).what).to.include(
      "passphrase is gone",
    );
  });

  it("reads a state file as the engine would export it", () => {
    const resource = containerResource("agent");
    const latest = { resources: [resource], pending_operations: [] };

    expect(parseStateFile(JSON.stringify({ version: 3, checkpoint: { latest } }))).to.deep.equal({
      resources: [resource],
      pending: [],
    });
    expect(() => parseStateFile('{"version": 3, "checkp')).to.throw();
  });

  it("offers to remove a dead lock, and never to kill a process", () => {
    const judged = judgeLeftovers({
      locks: [{ path: "/clone/.stack/locks/dev.json", holder: "./stack up" }],
      processes: [{ pid: 99, program: "pulumi-resource-docker" }],
      elsewhere: 0,
    });

    expect(judged.map(({ repair }) => repair?.kind)).to.deep.equal(["remove-lock", undefined]);
    expect(judged[1]?.remedy).to.equal("Run: kill 99");
  });

  it("counts the processes of other clones' engines, which are not wrong here", () => {
    const judged = judgeLeftovers({ locks: [], processes: [], elsewhere: 9 });

    expect(severities(judged)).to.deep.equal(["ok", "note"]);
    expect(judged[1]?.what).to.include("9 processes of other clones");
  });
});

describe("doctor on models", () => {
  const note = { what: "It ends.", remedy: "Choose another." };

  it("warns of what is amiss with them, each with its remedy", () => {
    expect(judgeModels({ provider: "openai/x", notes: [note, note] })).to.deep.equal([
      { severity: "warning", ...note },
      { severity: "warning", ...note },
    ]);
  });

  it("says what answers where nothing is, and nothing of the local model", () => {
    expect(severities(judgeModels({ provider: "openai/x", notes: [] }))).to.deep.equal(["ok"]);
    expect(judgeModels({ provider: undefined, notes: [] })).to.deep.equal([]);
  });
});
