import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import tar, { type Headers } from "tar-stream";
import type { Manifest } from "../../cli/backup/manifest.ts";
import { eventually } from "../support/eventually.ts";
import { startStack } from "../support/started-stack.ts";
import { inService, leftBehind, qdrantClient, sql } from "../support/stores.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { docker, errorOf, resultOf, systemStack } from "../support/system-stack.ts";

const collection = "t_backup";
const alias = "t_backup_alias";
const uploaded = "/data/uploads/t_backup.txt";

/** A row in each database, points behind an alias, and a file: what a backup must bring back. */
async function fill(): Promise<void> {
  sql(
    "agent",
    `INSERT INTO conversations (id, user_id, title)
     SELECT gen_random_uuid(), 't_backup', 'number ' || n FROM generate_series(1, 200) AS n`,
  );
  sql("phoenix", "CREATE TABLE IF NOT EXISTS t_backup AS SELECT 1 AS n");
  await qdrantClient().createCollection(collection, { vectors: { size: 4, distance: "Cosine" } });
  await upsert(1, 50);
  await qdrantClient().updateCollectionAliases({
    actions: [{ create_alias: { collection_name: collection, alias_name: alias } }],
  });
  inService("open-webui", `mkdir -p /data/uploads && echo kept > ${uploaded}`);
}

async function upsert(from: number, to: number): Promise<void> {
  const ids = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  await qdrantClient().upsert(collection, {
    wait: true,
    points: ids.map((id) => ({ id, vector: [id, 1, 0, 0], payload: { text: `point ${id}` } })),
  });
}

/** Everything that `fill` wrote, in one text: equal texts are equal data. */
async function contents(): Promise<string> {
  const rows = sql(
    "agent",
    `SELECT count(*), md5(string_agg(id::text || title, ',' ORDER BY id))
       FROM conversations WHERE user_id = 't_backup'`,
  );
  const { points } = await qdrantClient().scroll(alias, { limit: 1000, with_vector: true });
  const payloads = points.map(({ id, payload, vector }) => JSON.stringify([id, payload, vector]));
  const file = inService("open-webui", `cat ${uploaded}; ls /data/uploads`);
  const traces = sql("phoenix", "SELECT count(*) FROM t_backup");
  return [rows, traces, String(points.length), payloads.sort().join("\n"), file].join("\n");
}

async function stack(...words: string[]): Promise<CommandResult> {
  return systemStack().stack(...words);
}

async function succeeding(...words: string[]): Promise<Readonly<Record<string, unknown>>> {
  const result = await stack(...words, "--json");
  expect(result.exitCode, result.stdout + result.stderr).to.equal(0);
  return resultOf(result.stdout);
}

async function failing(...words: string[]): Promise<ReturnType<typeof errorOf>> {
  const { exitCode, stdout } = await stack(...words, "--json");
  expect(exitCode, stdout).to.equal(1);
  return errorOf(stdout);
}

async function createSet(): Promise<{ path: string; manifest: Manifest }> {
  const { path, manifest } = await succeeding("backup", "create");
  return { path: path as string, manifest: manifest as Manifest };
}

/** A copy of a set under its own name, to be damaged. */
function copyOf(path: string, name: string): string {
  const copy = join(systemStack().clone, "backups", name);
  cpSync(path, copy, { recursive: true });
  return copy;
}

/** Changes bytes in the middle of a file of a set, and its checksum in the manifest with it. */
function damageUnnoticed(set: string, file: string): void {
  const path = join(set, file);
  const before = sha256(path);
  const content = readFileSync(path);
  content.fill(0x5a, Math.floor(content.length / 2), Math.floor(content.length / 2) + 64);
  writeFileSync(path, content);
  const manifest = join(set, "manifest.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(before, sha256(path)));
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function throwaways(): string {
  const filter = ["--quiet", "--filter", "label=agent-stack.throwaway"];
  return [
    docker("ps", "--all", ...filter),
    docker("volume", "ls", ...filter),
    docker("network", "ls", ...filter),
  ].join("");
}

function startOf(service: string): string {
  return docker("inspect", "--format", "{{.State.StartedAt}}", systemStack().containerId(service));
}

describe("a backup", () => {
  let set: { path: string; manifest: Manifest };
  let wanted: string;

  before(async () => {
    await fill();
    wanted = await contents();
    set = await createSet();
  });

  after(async () => {
    sql("agent", "DELETE FROM conversations WHERE user_id = 't_backup'");
    sql("phoenix", "DROP TABLE IF EXISTS t_backup");
    await qdrantClient().deleteCollection(collection);
    inService("open-webui", `rm -f ${uploaded}`);
  });

  it("counts every database, collection and file that it holds", () => {
    const { postgres, qdrant, files } = set.manifest;

    expect(postgres?.databases.map(({ name }) => name)).to.deep.equal([
      "agent",
      "phoenix",
      "openwebui",
    ]);
    expect(postgres?.databases[0]?.schemaVersion).to.match(/^\d{4}_/);
    expect(postgres?.databases[0]?.rows["public.conversations"]).to.be.at.least(200);
    const saved = qdrant?.collections.find(({ name }) => name === collection);
    expect(saved?.points).to.deep.equal({ least: 50, most: 50 });
    expect(qdrant?.aliases).to.deep.include({ alias, collection });
    expect(files.map(({ service }) => service)).to.deep.equal(["open-webui"]);
    expect(files[0]?.files).to.be.at.least(1);
  });

  it("leaves no snapshot behind on the server", async () => {
    expect(await qdrantClient().listSnapshots(collection)).to.deep.equal([]);
  });

  it("is listed", async () => {
    const { sets } = await succeeding("backup", "list");

    expect((sets as { path: string }[]).map(({ path }) => path)).to.include(set.path);
  });

  it("can be relied upon, says verify, and it leaves nothing behind", async () => {
    const { checks } = await succeeding("backup", "verify", "latest");

    expect((checks as { part: string }[]).map(({ part }) => part)).to.deep.equal([
      "postgres agent",
      "postgres phoenix",
      "postgres openwebui",
      "qdrant",
      "files open-webui",
    ]);
    expect(throwaways()).to.equal("");
  });

  it("brings everything back after rows, the collection and files were deleted, and more written", async () => {
    sql("agent", "DELETE FROM conversations WHERE user_id = 't_backup'");
    sql("agent", "INSERT INTO conversations (id, user_id) VALUES (gen_random_uuid(), 't_backup')");
    sql("phoenix", "DROP TABLE t_backup");
    await qdrantClient().deleteCollection(collection);
    inService("open-webui", `rm ${uploaded}; echo new > /data/uploads/new.txt`);

    const { safety } = await succeeding("backup", "restore", "latest", "--yes");

    expect(await contents()).to.equal(wanted);
    expect(statSync(safety as string).isDirectory()).to.equal(true);
    const health = await stack("health");
    expect(health.exitCode, health.stdout).to.equal(0);
    expect(
      sql("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_\\_%'"),
    ).to.equal("0");
  });

  it("brings everything back after both servers were killed while writing, a table's file cut short", async () => {
    const file = sql("agent", "CHECKPOINT; SELECT pg_relation_filepath('conversations')");
    sql("agent", "UPDATE conversations SET title = 'changed' WHERE user_id = 't_backup'");
    const writing = upsert(51, 5000).catch(() => undefined);
    for (const service of ["qdrant", "postgres"]) {
      docker("kill", "--signal", "KILL", systemStack().containerId(service));
    }
    await writing;
    for (const service of ["qdrant", "postgres"])
      docker("start", systemStack().containerId(service));
    await stack("health", "qdrant", "postgres", "--wait", "--timeout", "60");
    inService("postgres", `truncate -s 8192 "$PGDATA/${file}"`);

    await succeeding("backup", "restore", set.path, "--yes");

    expect(await contents()).to.equal(wanted);
  });

  it("replaces a database that is broken beyond saving only when told so", async () => {
    const file = sql("agent", "CHECKPOINT; SELECT pg_relation_filepath('conversations')");
    inService(
      "postgres",
      `head -c 400 /dev/zero | dd of="$PGDATA/${file}" bs=1 seek=200 conv=notrunc 2>/dev/null`,
    );
    docker("restart", systemStack().containerId("postgres"));
    await stack("health", "postgres", "--wait", "--timeout", "60");
    const started = startOf("agent");

    const refused = await failing("backup", "restore", set.path, "--yes");
    const untouched = startOf("agent");
    const forced = await stack("backup", "restore", set.path, "--no-safety", "--yes", "--json");

    expect(refused.message).to.include("could not be saved first; nothing was touched");
    expect(String(refused.details)).to.include("invalid page");
    expect(refused.remedy).to.include("--no-safety");
    expect(untouched).to.equal(started);
    expect(forced.exitCode, forced.stdout).to.equal(0);
    expect(await contents()).to.equal(wanted);
    sql("postgres", "DROP DATABASE agent__former");
    sql("postgres", "DROP DATABASE phoenix__former");
    sql("postgres", "DROP DATABASE openwebui__former");
  });

  it("that is damaged is refused before anything is touched", async () => {
    const flipped = copyOf(set.path, "backup-20200101-000001");
    const dump = join(flipped, "postgres/agent.dump");
    const content = readFileSync(dump);
    content[1000] = (content[1000] ?? 0) ^ 1;
    writeFileSync(dump, content);
    const cut = copyOf(set.path, "backup-20200101-000002");
    const snapshot = join(cut, `qdrant/${collection}.snapshot`);
    truncateSync(snapshot, statSync(snapshot).size - 1);
    const started = startOf("agent");

    const first = await failing("backup", "restore", flipped, "--yes");
    const second = await failing("backup", "restore", cut, "--yes");

    expect(first.details).to.deep.equal([
      "postgres/agent.dump has been changed: its sha256 differs",
    ]);
    expect(String(second.details)).to.match(/t_backup\.snapshot has \d+ bytes of \d+/);
    expect(startOf("agent")).to.equal(started);
    expect(await contents()).to.equal(wanted);
  });

  it("of another Qdrant is refused, with the way across", async () => {
    const other = copyOf(set.path, "backup-20200101-000003");
    const manifest = join(other, "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace('"family": "qdrant-edge"', '"family": "qdrant"'));

    const error = await failing("backup", "restore", other, "--yes");

    expect(error.message).to.include("nothing was touched");
    expect(error.remedy).to.include("ensure-schema --recreate");
  });

  it("whose dump or snapshot is damaged, checksum and all, is found by verify", async () => {
    const dump = copyOf(set.path, "backup-20200101-000004");
    damageUnnoticed(dump, "postgres/agent.dump");
    const snapshot = copyOf(set.path, "backup-20200101-000005");
    damageUnnoticed(snapshot, `qdrant/${collection}.snapshot`);

    const first = await failing("backup", "verify", dump);
    const second = await failing("backup", "verify", snapshot);

    expect(String(first.details)).to.match(/^postgres agent:/);
    expect(String(second.details)).to.match(/^qdrant:/);
    expect(throwaways()).to.equal("");
  });

  it("is verified beside the stack, and Ctrl-C leaves nothing of that", async () => {
    const verify = startStack(systemStack().clone, ["backup", "verify", set.path]);
    await verify.event(({ message }) => message === "restoring into a throwaway copy");
    verify.kill("SIGINT");
    const { exitCode, stdout } = await verify.ended;

    expect(exitCode, stdout).to.equal(130);
    expect(throwaways()).to.equal("");
  });

  it("whose agent does not turn healthy is rolled back", async () => {
    sql("agent", "INSERT INTO schema_migrations (name, run_on) VALUES ('unknown', '2000-01-01')");
    const { path } = await createSet();
    sql("agent", "DELETE FROM schema_migrations WHERE name = 'unknown'");

    const error = await failing("backup", "restore", path, "--yes");

    expect(error.message).to.include("the data is as it was before");
    expect(sql("agent", "SELECT count(*) FROM schema_migrations WHERE name = 'unknown'")).to.equal(
      "0",
    );
    expect(await contents()).to.equal(wanted);
    const health = await stack("health");
    expect(health.exitCode, health.stdout).to.equal(0);
  });

  it("whose restore was killed half-way is said by every command, and undone by the next up", async () => {
    await upsert(51, 60);
    const latest = await contents();
    const restore = startStack(systemStack().clone, ["backup", "restore", set.path, "--yes"]);
    await restore.event(
      ({ subject, message }) => subject === `qdrant ${collection}` && message === "restoring",
    );
    restore.kill("SIGKILL");
    await restore.ended;

    const status = await stack("status");
    await succeeding("up", "--yes");
    const after = await stack("status");

    expect(status.stderr).to.include("cut short");
    expect(status.stderr).to.include("./stack --stack test up puts the former data back");
    expect(await contents()).to.equal(latest);
    expect(after.stderr).not.to.include("cut short");
    const health = await stack("health");
    expect(health.exitCode, health.stdout).to.equal(0);
  });

  it("is not restored without a word of consent, where there is no terminal to ask on", async () => {
    const { exitCode, stdout } = await stack("backup", "restore", set.path, "--json");

    expect(exitCode, stdout).to.equal(64);
    expect(errorOf(stdout).remedy).to.match(/--stack test backup restore \S+ --yes$/);
  });

  it("is loaded until Ctrl-C, which is answered at once, and leaves nothing", async () => {
    const table = "t_backup_large";
    sql(
      "phoenix",
      `DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} AS SELECT md5(n::text) AS text FROM generate_series(1, 600000) AS n`,
    );
    const large = await createSet();
    const started = startOf("agent");
    const restore = startStack(systemStack().clone, ["backup", "restore", large.path, "--yes"]);
    const loading = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_restore'
                        AND datname = 'phoenix__incoming'`;
    await restore.event(
      ({ subject, message }) =>
        subject === "postgres phoenix" && message === "loading beside the present database",
    );
    await eventually(() => sql("postgres", loading) !== "0", "the dump loads", 60_000);
    const asked = Date.now();
    restore.kill("SIGINT");
    await restore.event(
      ({ subject, message }) =>
        subject === "restore" && message === "interrupted; removing what was made ready",
    );
    const answered = Date.now() - asked;
    const { exitCode, stdout, stderr } = await restore.ended;
    sql("phoenix", `DROP TABLE ${table}`);

    expect(exitCode, stdout + stderr).to.equal(130);
    expect(errorOf(stdout).message).to.equal("Interrupted before anything was changed.");
    expect(stderr).to.equal("");
    expect(answered).to.be.lessThan(1000);
    expect(leftBehind()).to.deep.equal([]);
    expect(startOf("agent")).to.equal(started);
  });

  it("that is interrupted leaves nothing that could be taken for a set", async () => {
    const folder = join(systemStack().clone, "backups");
    const sets = readdirSync(folder);
    const create = startStack(systemStack().clone, ["backup", "create"]);
    await create.event(({ message }) => message === "counting rows");
    create.kill("SIGINT");
    const { exitCode, stdout } = await create.ended;

    expect(exitCode, stdout).to.equal(130);
    expect(readdirSync(folder)).to.deep.equal(sets);
  });

  it("makes older ones give way when it is told how many to keep", async () => {
    const { path, removed } = await succeeding("backup", "create", "--retention", "1");
    const { sets } = await succeeding("backup", "list");

    expect(removed).to.include(set.path.split("/").at(-1));
    const full = (sets as { kind: string; path: string }[]).filter(({ kind }) => kind === "backup");
    expect(full.map((each) => each.path)).to.deep.equal([path]);
  });
});

describe("a backup of files that are not the service's own", () => {
  const folder = "/data/t_foreign";
  const container = () => systemStack().containerId("open-webui");

  /** In its own container: the service's has none of root's capabilities. */
  function asRoot(line: string): void {
    const image = docker("inspect", "--format", "{{.Image}}", container());
    const options = ["--rm", "--user", "0", "--volumes-from", container(), "--entrypoint", "sh"];
    docker("run", ...options, image, "-c", line);
  }

  before(() => {
    // As `docker cp` of a folder leaves it: root's, and closed to everybody else.
    const scratch = mkdtempSync(join(tmpdir(), "stack-foreign-"));
    mkdirSync(join(scratch, "deep"), { mode: 0o700 });
    writeFileSync(join(scratch, "deep/file"), "kept\n");
    symlinkSync("/etc/passwd", join(scratch, "out"));
    docker("cp", scratch, `${container()}:${folder}`);
    rmSync(scratch, { recursive: true });
  });
  after(() => {
    asRoot(`rm -rf ${folder}`);
  });

  it("leaves out what leads out, and says so; it can be relied upon and restored, again and again", async () => {
    const created = await stack("backup", "create", "--json");
    const path = resultOf(created.stdout)["path"] as string;
    asRoot(`echo changed > ${folder}/deep/file; touch ${folder}/more`);

    await succeeding("backup", "verify", path);
    await succeeding("backup", "restore", path, "--yes");
    await succeeding("backup", "restore", path, "--yes");

    expect(created.stdout).to.include("not in the set: ./t_foreign/out is a link to /etc/passwd");
    expect(inService("open-webui", `cat ${folder}/deep/file; ls ${folder}`)).to.equal("kept\ndeep");
    expect(inService("open-webui", `stat -c %u:%g ${folder} ${folder}/deep/file`)).to.equal(
      "10001:10001\n10001:10001",
    );
    expect(leftBehind()).to.deep.equal([]);
  });

  it("that can't be removed is found out before anything stops", async function () {
    if (process.getuid?.() !== 0 || process.platform !== "linux") this.skip();
    const { path } = await createSet();
    const format = '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Source}}{{end}}{{end}}';
    const source = docker("inspect", "--format", format, container());
    const file = join(source, "t_foreign/deep/file");
    execFileSync("chattr", ["+i", file]);
    const started = startOf("open-webui");

    const refused = await failing("backup", "restore", path, "--yes");
    const untouched = [startOf("open-webui"), leftBehind()];
    execFileSync("chattr", ["-i", file]);
    await succeeding("backup", "restore", path, "--yes");

    expect(refused.message).to.equal("The files of open-webui can't be replaced.");
    expect(String(refused.details)).to.include("t_foreign/deep/file");
    expect(untouched).to.deep.equal([started, []]);
  });

  const entries: readonly { what: string; header: Headers; says: string }[] = [
    { what: "an absolute path", header: { name: "/etc/x" }, says: "absolute" },
    { what: "a way up", header: { name: "../x" }, says: "leads out" },
    {
      what: "a link out",
      header: { name: "x", type: "symlink", linkname: "../../etc" },
      says: "link to ../../etc",
    },
    { what: "a device", header: { name: "x", type: "block-device" }, says: "device" },
  ];
  for (const { what, header, says } of entries) {
    it(`is refused with ${what} in it before anything stops, and verify says so too`, async () => {
      const { path } = await createSet();
      await rewriteFiles(path, [header]);
      const started = startOf("open-webui");

      const refused = await failing("backup", "restore", path, "--yes");
      const verified = await failing("backup", "verify", path);
      rmSync(path, { recursive: true });

      expect(refused.message).to.include("files of open-webui can't be restored");
      expect(String(refused.details)).to.include(says);
      expect(String(verified.details)).to.include(says);
      expect(startOf("open-webui")).to.equal(started);
    });
  }

  it("is restored to the service, where the set says that its folder is root's alone", async () => {
    const { path } = await createSet();
    const own: Headers = { name: "./", type: "directory", mode: 0o700, uid: 0, gid: 0 };
    await rewriteFiles(path, [own, { name: "./t_own", mode: 0o600, uid: 0, gid: 0 }]);

    await succeeding("backup", "restore", path, "--yes");

    expect(inService("open-webui", "cat /data/t_own && stat -c %u /data")).to.equal("x10001");
    inService("open-webui", "rm /data/t_own");
  });
});

/** Makes a set's files be these entries; a file's content is an x. */
async function rewriteFiles(set: string, headers: readonly Headers[]): Promise<void> {
  const archive = tar.pack();
  for (const header of headers) {
    if ((header.type ?? "file") === "file") archive.entry(header, "x");
    else archive.entry(header);
  }
  archive.finalize();
  const path = join(set, "manifest.json");
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  const [part] = manifest.files;
  if (!part) throw new Error("the set has no files");
  const content = gzipSync(await buffer(archive));
  const files = headers.filter(({ type = "file" }) => type === "file").length;
  writeFileSync(join(set, part.file.path), content);
  const hash = sha256(join(set, part.file.path));
  const file = { ...part.file, bytes: content.length, sha256: hash };
  const changed = { ...part, files, contentBytes: files, file };
  writeFileSync(path, JSON.stringify({ ...manifest, files: [changed] }));
}

describe("a disk that refuses a backup", () => {
  let folder: string;
  before(function () {
    if (process.getuid?.() !== 0 || process.platform !== "linux") this.skip();
    folder = mkdtempSync(join(tmpdir(), "stack-disk-"));
  });
  afterEach(() => {
    execFileSync("umount", [folder]);
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  for (const [what, options, says, helps] of [
    ["is full", "size=64k", "no room left", "Make room there"],
    ["is read-only", "size=64k,ro", "read-only", "Mount it writable"],
  ] as const) {
    it(`because it ${what} is named in a sentence, and nothing of a set is left there`, async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);

      const created = await failing("backup", "create", "--backup-dir", folder);

      expect(created.message).to.include(folder).and.to.include(says);
      expect(created.remedy).to.equal(`${helps}, or choose another folder: --backup-dir FOLDER`);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }

  it("is not a reason to restore without saving the present data first", async () => {
    const { path } = await createSet();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);

    const refused = await failing("backup", "restore", path, "--yes", "--backup-dir", folder);

    expect(refused.message).to.include("could not be saved first; nothing was touched");
    expect(refused.remedy).to.include("Make room there").and.not.to.include("--no-safety");
  });

  it("because the clone is read-only is named in a sentence", async () => {
    const own = join(systemStack().clone, ".stack");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
    execFileSync("mount", ["--bind", own, own]);
    execFileSync("mount", ["-o", "remount,bind,ro", own]);
    let refused: ReturnType<typeof errorOf>;
    try {
      refused = await failing("backup", "create", "--backup-dir", folder);
    } finally {
      execFileSync("umount", [own]);
    }

    expect(refused.message).to.include(".stack can't be written").and.to.include("read-only");
    expect(refused.remedy).to.include("Mount it writable");
  });
});

describe("Qdrant alone", () => {
  before(async () => {
    await qdrantClient().deleteCollection(collection);
    await qdrantClient().createCollection(collection, { vectors: { size: 4, distance: "Cosine" } });
    await upsert(1, 50);
  });

  after(() => qdrantClient().deleteCollection(collection));

  it("is saved as one archive, and comes back from it", async () => {
    const { path } = await succeeding("qdrant", "backup");
    await qdrantClient().delete(collection, { wait: true, points: [1, 2, 3] });

    await succeeding("qdrant", "restore", path as string, "--yes");

    expect(path).to.match(/backups\/qdrant-\d{8}-\d{6}\.tgz$/);
    expect((await qdrantClient().count(collection)).count).to.equal(50);
  });

  it("is not restored from an archive that was cut short", async () => {
    const { path } = await succeeding("qdrant", "backup");
    truncateSync(path as string, statSync(path as string).size - 100);

    const error = await failing("qdrant", "restore", path as string, "--yes");

    expect(error.message).to.include("damaged; nothing was touched");
    expect((await qdrantClient().count(collection)).count).to.equal(50);
  });

  it("has the agent's schema; another one is exit 3, with the difference, and stays as it is", async () => {
    const equal = await stack("qdrant", "ensure-schema");
    const { aliases } = await qdrantClient().getAliases();
    const memory = aliases.find(({ alias_name: name }) => name === "agent_memory");
    const pointTo = (name: string) =>
      qdrantClient().updateCollectionAliases({
        actions: [
          { delete_alias: { alias_name: "agent_memory" } },
          { create_alias: { collection_name: name, alias_name: "agent_memory" } },
        ],
      });
    await pointTo(collection);

    const different = await stack("qdrant", "ensure-schema");
    await pointTo(memory?.collection_name ?? "");

    expect(equal.exitCode, equal.stderr).to.equal(0);
    expect(different.exitCode, different.stdout + different.stderr).to.equal(3);
    expect(different.stdout).to.include(collection).and.to.include("--recreate");
    expect((await qdrantClient().count(collection)).count).to.equal(50);
  });
});
