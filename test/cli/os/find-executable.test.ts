import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { findOnPath } from "../../../cli/os/find-executable.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("a program on PATH", () => {
  const folder = scratchFolder();

  function program(...path: string[]): string {
    const file = join(folder.path, ...path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "");
    chmodSync(file, 0o755);
    return file;
  }

  const find = (...folders: string[]) =>
    findOnPath("tool", { PATH: folders.map((each) => join(folder.path, each)).join(delimiter) });

  it("is the first file that can be run, and no folder of that name", () => {
    mkdirSync(join(folder.path, "one/tool"), { recursive: true });
    chmodSync(program("two", "tool"), 0o644);
    const wanted = program("three", "tool");
    program("four", "tool");

    expect(find("none", "one", "two", "three", "four")).to.equal(wanted);
    expect(find("one", "two")).to.equal(undefined);
  });

  it("is not looked for in relative folders, nor without a PATH", () => {
    expect(findOnPath("stack", { PATH: `.${delimiter}` })).to.equal(undefined);
    expect(findOnPath("tool", {})).to.equal(undefined);
  });
});
