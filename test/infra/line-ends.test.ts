import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { desiredStack } from "../../infra/desired-stack.ts";
import { imageName } from "../../infra/image-plan.ts";
import { repositorySources } from "../../infra/sources.ts";
import { StackError } from "../../infra/stack-error.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { settingsWith } from "../support/settings.ts";

const root = join(import.meta.dirname, "../..");
const asOnLinux = ["core.autocrlf=false"];
const asOnWindows = ["core.autocrlf=true", "core.eol=crlf", "core.fileMode=false"];

describe("a clone as Git for Windows makes it", function () {
  this.timeout(30_000);
  const scratch = scratchFolder();

  function clone(name: string, config: readonly string[]): string {
    const folder = join(scratch.path, name);
    const words = config.flatMap((each) => ["--config", each]);
    execFileSync("git", ["clone", "--quiet", "--shared", ...words, root, folder]);
    return folder;
  }

  it("has the same image tags as one on Linux, for both sources of images", () => {
    const windows = clone("windows", asOnWindows);
    const linux = clone("linux", asOnLinux);

    for (const source of ["build", "registry"]) {
      expect(tags(windows, source)).to.deep.equal(tags(linux, source));
    }
  });

  it("has no carriage return in a script that Linux runs, and one on each line of stack.cmd", () => {
    const windows = clone("windows", asOnWindows);
    const scripts = trackedFiles(windows).filter((file) => read(windows, file).startsWith("#!"));

    expect(scripts).to.include.members(["stack", "infra/services/postgres/entrypoint.sh"]);
    const wrong = scripts.filter((file) => read(windows, file).includes("\r"));
    expect(wrong).to.deep.equal([]);
    expect(read(windows, "stack.cmd").match(/(?<!\r)\n/g)).to.equal(null);
  });
});

describe("a clone that was checked out with CRLF before", () => {
  const scratch = scratchFolder();
  const error = (files: Readonly<Record<string, string | Buffer>>): unknown => {
    mkdirSync(join(scratch.path, "image"));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(scratch.path, "image", name), content);
    }
    try {
      repositorySources(scratch.path).hashContext("image");
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  };

  it("is refused before anything is built, with the files' names and the way out", () => {
    const thrown = error({ "entrypoint.sh": "#!/bin/sh\r\nset -eu\r\n", Dockerfile: "FROM x\n" });

    expect(thrown).to.be.instanceOf(StackError);
    expect((thrown as StackError).message)
      .to.contain("image")
      .and.contain("entrypoint.sh");
    expect((thrown as StackError).message).not.to.contain("Dockerfile");
    expect((thrown as StackError).remedy).to.contain("git reset --hard");
  });

  it("names three of many files", () => {
    const files = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, "x\r\n"]));

    expect((error(files) as StackError).message).to.contain("a, b, c and 2 more");
  });

  it("may have a binary file with these bytes in it", () => {
    expect(error({ "model.bin": Buffer.from("\0\r\n") })).to.equal(undefined);
  });

  it("gives configuration files to containers with LF, whatever an editor wrote", () => {
    writeFileSync(join(scratch.path, "config.yaml"), "a: 1\r\nb: 2\r\n");

    expect(repositorySources(scratch.path).readText("config.yaml")).to.equal("a: 1\nb: 2\n");
  });
});

function tags(folder: string, source: string): Record<string, string> {
  const sources = repositorySources(folder);
  const { images } = desiredStack(settingsWith({ IMAGE_SOURCE: source }), "test", sources);
  return {
    base: images.base.tag,
    ...Object.fromEntries(images.shared.map(({ name, tag }) => [name, tag])),
    ...Object.fromEntries([...images.services].map(([name, image]) => [name, imageName(image)])),
  };
}

function trackedFiles(folder: string): string[] {
  const output = execFileSync("git", ["ls-files", "-z"], { cwd: folder, encoding: "utf8" });
  return output.split("\0").filter(Boolean);
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), "latin1");
}
