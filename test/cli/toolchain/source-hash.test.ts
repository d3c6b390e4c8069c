import { renameSync } from "node:fs";
import { expect } from "chai";
import { sourceHash } from "../../../cli/toolchain/source-hash.ts";
import { Scratch } from "./scratch.ts";

describe("the hash of a tool's pins", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
    scratch.write("sources/go.mod", "module a");
    scratch.write("sources/cmd/main.go", "package main");
  });

  afterEach(() => {
    scratch.remove();
  });

  const hash = (...values: string[]) => sourceHash([scratch.path("sources")], values);

  it("stays the same when the clone moves", () => {
    const before = hash("v1");
    renameSync(scratch.path("sources"), scratch.path("moved"));

    expect(sourceHash([scratch.path("moved")], ["v1"])).to.equal(before);
  });

  it("changes with the content of a file in a subdirectory", () => {
    const before = hash();
    scratch.write("sources/cmd/main.go", "package other");

    expect(hash()).to.not.equal(before);
  });

  it("changes when a file is renamed", () => {
    const before = hash();
    renameSync(scratch.path("sources/go.mod"), scratch.path("sources/go.sum"));

    expect(hash()).to.not.equal(before);
  });

  it("changes with a version or a flag, wherever the words are divided", () => {
    expect(new Set([hash("ab", "c"), hash("a", "bc"), hash("abc")]).size).to.equal(3);
  });
});
