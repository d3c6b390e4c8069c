import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import tar, { type Headers } from "tar-stream";
import { checkArchive } from "../../../cli/backup/files/check-archive.ts";
import { countFiles } from "../../../cli/backup/files/count-files.ts";
import { filterArchive } from "../../../cli/backup/files/filter-archive.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const mount = { service: "open-webui", path: "/data" };

/** Entries without content, but for files, whose content is their name. */
function archiveOf(entries: readonly Headers[]): Promise<Buffer> {
  const archive = tar.pack();
  for (const header of entries) {
    if (header.type === "file") archive.entry(header, header.name);
    else archive.entry(header);
  }
  archive.finalize();
  return buffer(archive);
}

const file = (name: string): Headers => ({ name, type: "file" });
const link = (name: string, linkname: string, type: "symlink" | "link" = "symlink"): Headers => ({
  name,
  type,
  linkname,
});

const refused: readonly { what: string; entries: readonly Headers[]; says: string }[] = [
  { what: "an absolute path", entries: [file("/etc/cron.d/x")], says: "absolute" },
  { what: "a path that leads up", entries: [file("./a/../../x")], says: "leads out" },
  { what: "a link to an absolute path elsewhere", entries: [link("a", "/etc")], says: "to /etc" },
  {
    what: "a link that leads up and out",
    entries: [link("a/b", "../../etc/passwd")],
    says: "to ../../etc/passwd",
  },
  {
    what: "a hard link out",
    entries: [link("a", "../etc/passwd", "link")],
    says: "to ../etc/passwd",
  },
  {
    what: "a path through a link",
    entries: [link("a", "b"), file("a/x")],
    says: "through a link",
  },
  { what: "a device", entries: [{ name: "zero", type: "character-device" }], says: "device" },
  { what: "a pipe", entries: [{ name: "pipe", type: "fifo" }], says: "fifo" },
  {
    what: "the folder that a restore works in",
    entries: [file("./.agent-stack-restore/former/x")],
    says: "a restore's own",
  },
];

const allowed: readonly Headers[] = [
  { name: "./", type: "directory", uid: 0, mode: 0o700 },
  file("./uploads/a"),
  link("./uploads/beside", "a"),
  link("./uploads/up", "../uploads/a"),
  link("./uploads/absolute", "/data/uploads/a"),
  link("./uploads/hard", "uploads/a", "link"),
  file("./..data"),
  file(`./${"long/".repeat(40)}name`),
];

describe("the archive of a service's files", () => {
  const scratch = scratchFolder();

  async function problemOf(content: Buffer): Promise<StackError | undefined> {
    const path = join(scratch.path, "files.tar.gz");
    writeFileSync(path, content);
    try {
      await checkArchive(path, mount);
      return undefined;
    } catch (error) {
      if (error instanceof StackError) return error;
      throw error;
    }
  }

  for (const { what, entries, says } of refused) {
    it(`is refused with ${what}`, async () => {
      const all = [file("kept"), ...entries];

      const problem = await problemOf(gzipSync(await archiveOf(all)));

      expect(problem?.message).to.include("files of open-webui can't be restored");
      expect(problem?.details).to.have.length(1);
      expect(problem?.details[0]).to.include(says);
    });

    it(`is saved without ${what}, which is said`, async () => {
      const all = [file("kept"), ...entries];
      const source = Readable.from([await archiveOf(all)]);

      const { archive, counted, leftOut } = filterArchive(source, "/data");
      const saved = await buffer(archive);

      expect(await problemOf(gzipSync(saved))).to.equal(undefined);
      expect(counted()).to.deep.equal(await countFiles(Readable.from([saved])));
      expect(counted().files).to.equal(1);
      expect(leftOut()).to.have.length(says === "a restore's own" ? 0 : 1);
    });
  }

  it("may have links within it, long names, and anybody's files", async () => {
    const content = await archiveOf(allowed);
    const { archive, counted, leftOut } = filterArchive(Readable.from([content]), "/data");
    const saved = await buffer(archive);

    expect(await problemOf(gzipSync(content))).to.equal(undefined);
    expect(leftOut()).to.deep.equal([]);
    expect(counted().files).to.equal(3);
    expect(await namesOf(saved)).to.deep.equal(allowed.map(({ name }) => name));
  });

  it("is refused where it breaks off, or is not an archive", async () => {
    const content = gzipSync(await archiveOf(allowed));

    const cut = await problemOf(content.subarray(0, content.length - 40));
    const none = await problemOf(Buffer.from("no archive"));

    expect(cut?.details[0]).to.match(/unexpected end/i);
    expect(none?.details[0]).to.match(/incorrect header/i);
  });

  it("gives up where its source does", async () => {
    const content = await archiveOf(allowed);
    async function* broken() {
      yield content.subarray(0, 700);
      await Promise.resolve();
      throw new Error("Docker went away");
    }

    const { archive } = filterArchive(Readable.from(broken()), "/data");
    const failure: unknown = await buffer(archive).catch((error: unknown) => error);

    expect((failure as Error).message).to.equal("Docker went away");
  });
});

async function namesOf(content: Buffer): Promise<string[]> {
  const names: string[] = [];
  const reader = tar.extract();
  reader.on("entry", ({ name }, entry, next) => {
    names.push(name);
    entry.on("end", next).resume();
  });
  await new Promise((resolve, reject) => {
    reader.on("finish", resolve).on("error", reject).end(content);
  });
  return names;
}
