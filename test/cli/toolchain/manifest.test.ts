import { rmSync, truncateSync, utimesSync } from "node:fs";
import { expect } from "chai";
import { isIntact, writeManifest } from "../../../cli/toolchain/manifest.ts";
import { Scratch } from "./scratch.ts";

describe("a tool in the cache", () => {
  let scratch: Scratch;

  beforeEach(async () => {
    scratch = new Scratch();
    scratch.executable("bin/tool", "echo one");
    await writeManifest(scratch.directory, "bin");
  });

  afterEach(() => {
    scratch.remove();
  });

  const intact = () => isIntact(scratch.directory);

  it("is good as it was made", async () => {
    expect(await intact()).to.equal(true);
  });

  it("is good when only its time of change differs, as in a copied cache", async () => {
    utimesSync(scratch.path("bin/tool"), 1, 1);

    expect(await intact()).to.equal(true);
  });

  it("is damaged when it was cut short", async () => {
    truncateSync(scratch.path("bin/tool"), 5);

    expect(await intact()).to.equal(false);
  });

  it("is damaged when its content changed and its size did not", async () => {
    const before = scratch.read("bin/tool");
    scratch.write("bin/tool", before.replace("one", "two"));
    utimesSync(scratch.path("bin/tool"), 1, 1);

    expect(await intact()).to.equal(false);
  });

  it("is damaged when a file is missing", async () => {
    rmSync(scratch.path("bin/tool"));

    expect(await intact()).to.equal(false);
  });

  for (const content of ["", '{"files":[]}', '{"files":[{"name":"bin/tool"}]}']) {
    it(`is damaged when its manifest reads ${JSON.stringify(content)}`, async () => {
      scratch.write("manifest.json", content);

      expect(await intact()).to.equal(false);
    });
  }
});
