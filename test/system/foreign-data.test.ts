import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { imageName } from "../../infra/image-plan.ts";
import { desiredWith } from "../support/desired.ts";
import { docker } from "../support/system-stack.ts";

// Our own Qdrant server on its own volumes: what it did not write, it must not delete.
const name = `foreign-data-${process.pid}`;
const volumes = [`${name}-storage`, `${name}-snapshots`];
const mounts = ["--volume", `${name}-storage:/qdrant/storage`].concat([
  "--volume",
  `${name}-snapshots:/qdrant/snapshots`,
]);
const planned = desiredWith().images.services.get("qdrant");
const image = planned ? imageName(planned) : "";

/** As the engine that Qdrant publishes leaves its folders, with a collection and its snapshots. */
const official = [
  "/qdrant/storage/raft_state.json",
  "/qdrant/storage/.qdrant-initialized",
  "/qdrant/storage/aliases/data.json",
  "/qdrant/storage/collections/memory/config.json",
  "/qdrant/storage/collections/memory/shard_key_mapping.json",
  "/qdrant/storage/collections/memory/0/replica_state.json",
  "/qdrant/storage/collections/memory/0/wal/open-1",
  "/qdrant/storage/collections/memory/0/segments/one/segment.json",
  "/qdrant/snapshots/memory/memory-3316110137137733-2026-10-10-10-10-10.snapshot",
  "/qdrant/snapshots/memory/memory-3316110137137733-2026-10-10-10-10-10.snapshot.tmp",
  "/qdrant/snapshots/tmp/upload",
];

/** What a kill in the middle of our own work leaves. */
const leftovers = [
  `/qdrant/storage/collections/half/shard-${"a".repeat(32)}/wal`,
  "/qdrant/storage/collections/half/collection.json.tmp",
  "/qdrant/storage/staging/tmpabcd1234.snapshot",
  "/qdrant/storage/staging/tmpabcd5678/collection.json",
  "/qdrant/snapshots/half/half-123456-2026-10-10-10-10-10.snapshot.tmp",
];

/** Runs a shell on the volumes. */
function onVolumes(script: string): string {
  const options = ["--rm", "--network", "none", ...mounts, "--entrypoint", "sh"];
  return docker("run", ...options, image, "-c", script);
}

function write(files: readonly string[]): void {
  const script = files.map((file) => `mkdir -p "$(dirname ${file})" && echo ${file} > ${file}`);
  onVolumes(script.join(" && "));
}

function present(): string[] {
  return onVolumes("find /qdrant -type f | sort").split("\n").filter(Boolean);
}

/** Starts the server, and gives what it said until it had opened its data or ended. */
function start(): { readonly ended: boolean; readonly log: string } {
  docker("run", "--detach", "--name", name, "--network", "none", ...mounts, image);
  try {
    for (let round = 0; round < 300; round++) {
      const { stdout, stderr } = spawnSync("docker", ["logs", name], { encoding: "utf8" });
      const log = stdout + stderr;
      const running = docker("inspect", "--format", "{{.State.Running}}", name) === "true";
      if (!running || /opened \d+ collections/.test(log)) return { ended: !running, log };
      spawnSync("sleep", ["0.2"]);
    }
    throw new Error("the server neither opened its data nor ended within a minute");
  } finally {
    docker("rm", "--force", "--volumes", name);
  }
}

describe("our Qdrant server on data that it did not write", function () {
  this.timeout(300_000);
  beforeEach(() => {
    for (const volume of volumes) docker("volume", "create", volume);
  });
  afterEach(() => {
    docker("volume", "rm", "--force", ...volumes);
  });

  it("ends, says whose data it is, and leaves every byte of the official engine's", () => {
    write(official);
    const before = onVolumes("find /qdrant -type f -exec sha256sum {} + | sort");

    const { ended, log } = start();

    expect(ended, log).to.equal(true);
    expect(log).to.include("/qdrant/storage/collections/memory was written by another engine");
    expect(onVolumes("find /qdrant -type f -exec sha256sum {} + | sort")).to.equal(before);
  });

  it("does so again at each start, though its own leftovers are beside it", () => {
    write([...official, ...leftovers]);

    start();
    const { ended } = start();

    expect(ended).to.equal(true);
    expect(present()).to.have.members([...official, ...leftovers]);
  });

  it("serves beside files that are in nobody's way, and names them", () => {
    const strange = ["/qdrant/storage/notes.txt", "/qdrant/storage/staging/kept-by-hand.snapshot"];
    write(strange);

    const { ended, log } = start();

    expect(ended, log).to.equal(false);
    expect(log).to.include("/qdrant/storage/notes.txt is not this server's: left alone");
    expect(present()).to.include.members(strange);
  });

  it("removes what a kill in the middle of its own work has left", () => {
    write(leftovers);

    const { ended, log } = start();

    expect(ended, log).to.equal(false);
    expect(present()).to.deep.equal([]);
    for (const word of ["half", "tmpabcd1234", "tmpabcd5678", "half-123456"]) {
      expect(log).to.match(new RegExp(`removed \\S*${word}`));
    }
  });
});
