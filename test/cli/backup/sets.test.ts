import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { listSets } from "../../../cli/backup/list-sets.ts";
import { openSet } from "../../../cli/backup/open-set.ts";
import { progressBy } from "../../../cli/backup/progress.ts";
import { writeSet } from "../../../cli/backup/write-set.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { fillSet } from "../../support/backup-set.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const scratch = scratchFolder();
const backupDir = () => join(scratch.path, "backups");
const unpacked = () => join(scratch.path, "unpacked");

async function written(packed: boolean): Promise<string> {
  const target = { backupDir: backupDir(), kind: "backup", packed } as const;
  const { path } = await writeSet(target, (folder) => Promise.resolve(fillSet(folder)));
  return path;
}

function open(path: string) {
  return openSet(path, unpacked(), {
    progress: progressBy(() => undefined),
    signal: new AbortController().signal,
  });
}

async function refusalOf(path: string): Promise<StackError> {
  try {
    (await open(path)).close();
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  throw new Error(`${path} was taken for whole`);
}

/** Changes one byte in the middle. */
function flip(path: string): void {
  const content = readFileSync(path);
  const middle = Math.floor(content.length / 2);
  content[middle] = (content[middle] ?? 0) ^ 0xff;
  writeFileSync(path, content);
}

for (const packed of [false, true]) {
  describe(`a set as ${packed ? "one archive" : "a folder"}`, () => {
    it("is read as it was written, and leaves nothing else behind", async () => {
      const path = await written(packed);

      const set = await open(path);
      const dump = readFileSync(join(set.folder, "postgres/agent.dump"), "utf8");
      set.close();

      expect(dump).to.equal("d".repeat(5000));
      expect(set.manifest.qdrant?.aliases).to.have.length(1);
      expect(readdirSync(backupDir())).to.have.length(1);
      expect(packed ? readdirSync(unpacked()) : []).to.deep.equal([]);
      expect(statSync(path).mode & 0o077).to.equal(0);
    });

    it("is listed with what it holds", async () => {
      await written(packed);

      const { sets, unfinished } = await listSets(backupDir());

      expect(unfinished).to.deep.equal([]);
      expect(sets.map(({ kind, problem }) => [kind, problem])).to.deep.equal([
        ["backup", undefined],
      ]);
      expect(sets[0]?.manifest?.postgres?.databases[0]?.rows).to.deep.equal({
        "public.messages": 3,
      });
    });

    it("is refused when it was cut short, and the remedy names the others", async () => {
      const path = await written(packed);
      const file = packed ? path : join(path, "qdrant/memory.snapshot");
      truncateSync(file, statSync(file).size - 40);

      const error = await refusalOf(path);

      expect(error.message).to.include("damaged; nothing was touched");
      expect(error.remedy).to.include("./stack backup list");
    });

    it("is refused when a byte was changed", async () => {
      const path = await written(packed);
      flip(packed ? path : join(path, "postgres/agent.dump"));

      expect((await refusalOf(path)).message).to.include("damaged");
    });
  });
}

describe("a set that was being written", () => {
  it("is gone when its writer fails, and nothing counts as a set", async () => {
    const target = { backupDir: backupDir(), kind: "backup", packed: false } as const;
    const failure = await writeSet(target, (folder) => {
      fillSet(folder);
      return Promise.reject(new Error("disk full"));
    }).catch((error: unknown) => error);

    expect(failure).to.have.property("message", "disk full");
    expect(readdirSync(backupDir())).to.deep.equal([]);
  });

  it("by a process that was killed is not a set, and the next one removes it", async () => {
    const dead = spawnSync("true").pid;
    const left = join(backupDir(), `backup-20260101-000000.${dead}.partial`);
    mkdirSync(left, { recursive: true });
    const before = await listSets(backupDir());

    await written(false);

    expect(before.sets).to.deep.equal([]);
    expect(before.unfinished).to.have.length(1);
    expect(existsSync(left)).to.equal(false);
  });

  it("by a process that still runs is left alone", async () => {
    const busy = join(backupDir(), `backup-20260101-000000.${process.pid}.partial`);
    mkdirSync(busy, { recursive: true });

    await written(false);

    expect(existsSync(busy)).to.equal(true);
  });
});

describe("a set that is not whole", () => {
  it("names every file that is missing", async () => {
    const path = await written(false);
    spawnSync("rm", [join(path, "postgres/agent.dump"), join(path, "qdrant/memory.snapshot")]);

    expect((await refusalOf(path)).details).to.deep.equal([
      "postgres/agent.dump is missing",
      "qdrant/memory.snapshot is missing",
    ]);
  });

  it("has a manifest, or is none", async () => {
    const path = await written(false);
    spawnSync("rm", [join(path, "manifest.json")]);

    expect((await refusalOf(path)).details).to.deep.equal(["it has no manifest"]);
    expect((await listSets(backupDir())).sets[0]?.problem).to.equal("it has no manifest");
  });

  it("has no manifest that points out of it", async () => {
    const path = await written(false);
    const manifest = join(path, "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace("postgres/agent.dump", "postgres/../../../etc/passwd"));

    expect((await refusalOf(path)).message).to.include("postgres.databases.0.file.path");
  });

  it("of a newer version says so", async () => {
    const path = await written(false);
    const manifest = join(path, "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace("agent-stack-backup/1", "agent-stack-backup/2"));

    expect((await refusalOf(path)).remedy).to.include("newer version");
  });
});
