import { existsSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { unpackArchive } from "../../../cli/toolchain/unpack-archive.ts";
import { type Members, tarGz, zip } from "../../support/pulumi-releases.ts";
import { Scratch } from "./scratch.ts";

describe("unpacking an archive", () => {
  let scratch: Scratch;

  beforeEach(async () => {
    scratch = new Scratch();
    await mkdir(scratch.path("in"));
  });

  afterEach(() => {
    scratch.remove();
  });

  const pack = { "tar.gz": tarGz, zip } as const;
  for (const kind of ["tar.gz", "zip"] as const) {
    const unpack = async (members: Members, change = (bytes: Buffer) => bytes) => {
      const file = scratch.path(`archive.${kind}`);
      await writeFile(file, change(await pack[kind](members)));
      return unpackArchive(file, kind, scratch.path("in"));
    };
    const failure = async (...args: Parameters<typeof unpack>): Promise<string> => {
      const error: unknown = await unpack(...args).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error);
      return (error as Error).message;
    };

    describe(`that is a ${kind}`, () => {
      it("answers with the files, which can be run", async () => {
        const names = await unpack({
          "pulumi/bin/pulumi": { content: "engine" },
          "pulumi/README.md": { content: "text" },
        });

        expect(names).to.have.members(["pulumi/bin/pulumi", "pulumi/README.md"]);
        expect(scratch.read("in/pulumi/bin/pulumi")).to.equal("engine");
        expect(statSync(scratch.path("in/pulumi/bin/pulumi")).mode & 0o111).to.equal(0o111);
      });

      it("refuses a link", async () => {
        expect(await failure({ "pulumi/evil": { link: "/etc" } })).to.contain("a link");
        expect(existsSync(scratch.path("in/pulumi/evil"))).to.equal(false);
      });

      it("refuses the same file twice", async () => {
        // A second entry could otherwise replace the first after somebody looked at it.
        expect(await failure({ a: {}, "./a": {} })).to.match(/EEXIST|relative path|invalid/);
      });

      it("fails where its end is missing", async () => {
        const message = await failure({ a: { content: "x".repeat(5000) } }, (bytes) =>
          bytes.subarray(0, bytes.length / 2),
        );

        expect(message).to.match(/unexpected end|End of central directory|Unexpected end/i);
      });
    });
  }

  for (const name of ["../evil", "a/../../evil", "/tmp/evil", "a\\..\\..\\evil", "C:evil"]) {
    it(`refuses ${name} in a tar`, async () => {
      const file = scratch.path("archive.tar.gz");
      await writeFile(file, await tarGz({ good: {}, [name]: { content: "evil" } }));

      const error: unknown = await unpackArchive(file, "tar.gz", scratch.path("in")).catch(
        (reason: unknown) => reason,
      );

      expect(error).to.be.instanceOf(Error).with.property("message").that.contains("outside");
      expect(existsSync(scratch.path("evil"))).to.equal(false);
    });
  }

  it("refuses a name that leads out of a zip", async () => {
    const good = await zip({ "aa/evil": { content: "evil" } });
    const evil = Buffer.from(good.toString("latin1").replaceAll("aa/evil", "../evil"), "latin1");
    const file = scratch.path("archive.zip");
    await writeFile(file, evil);

    const error: unknown = await unpackArchive(file, "zip", scratch.path("in")).catch(
      (reason: unknown) => reason,
    );

    expect(error).to.be.instanceOf(Error).with.property("message").that.contains("../evil");
    expect(existsSync(scratch.path("evil"))).to.equal(false);
  });
});
