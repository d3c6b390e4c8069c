import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { explainDiskError } from "../../cli/disk-error.ts";
import { makeFolder } from "../../cli/make-folder.ts";
import { StackError } from "../../infra/stack-error.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

function failure(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: in the system's words`), { code, syscall });
}

describe("what a disk refuses", () => {
  for (const [code, says] of [
    ["ENOSPC", "no room left"],
    ["EDQUOT", "quota"],
    ["EROFS", "read-only"],
    ["EACCES", "may not write"],
  ] as const) {
    it(`is a sentence with a remedy where it is ${code}`, () => {
      const error = explainDiskError(failure(code, "write"), "backups", "choose another folder");

      expect(error).to.be.instanceOf(StackError);
      expect((error as StackError).message)
        .to.include("backups can't be written: ")
        .and.include(says);
      expect((error as StackError).remedy).to.match(/^\w.*, or choose another folder$/);
      expect((error as StackError).details).to.deep.equal([`${code}: in the system's words`]);
    });
  }

  it("is not what a socket refuses, nor any other failure", () => {
    const others = [
      failure("EACCES", "connect"),
      failure("ENOENT", "open"),
      new Error("x"),
      "text",
    ];

    expect(others.map((each) => explainDiskError(each, "backups"))).to.deep.equal(others);
  });
});

describe("makeFolder", () => {
  const scratch = scratchFolder();

  it("makes what is missing, for its owner alone, and leaves what is there", () => {
    mkdirSync(join(scratch.path, "a"));
    writeFileSync(join(scratch.path, "a/kept"), "");

    makeFolder(join(scratch.path, "a/b/c"), 0o700);
    makeFolder(join(scratch.path, "a/b/c"), 0o700);

    expect(readdirSync(join(scratch.path, "a"))).to.deep.equal(["b", "kept"]);
    expect(statSync(join(scratch.path, "a/b")).mode & 0o077).to.equal(0);
  });

  it("says what is wrong where it can't", () => {
    writeFileSync(join(scratch.path, "file"), "");

    expect(() => {
      makeFolder(join(scratch.path, "file/b"));
    }).to.throw("ENOTDIR");
  });
});
