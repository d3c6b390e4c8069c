import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { mountedVolumes, requireOwnVolumes } from "../../infra/own-volumes.ts";
import { StackError } from "../../infra/stack-error.ts";
import { volumeOwners } from "../../infra/volume-owners.ts";
import { desiredWith } from "../support/desired.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("a bare pulumi up", () => {
  const folder = scratchFolder();
  const path = process.env["PATH"] ?? "";
  const stack = desiredWith();

  afterEach(() => {
    process.env["PATH"] = path;
  });

  /** A `docker` that prints this, and fails as it does where one of the volumes is not there. */
  function dockerPrints(text: string): void {
    const file = join(folder.path, "docker");
    writeFileSync(
      file,
      `#!/bin/sh\ncat <<'END'\n${text}\nEND\necho "no such volume" >&2\nexit 1\n`,
    );
    chmodSync(file, 0o755);
    process.env["PATH"] = [folder.path, path].join(delimiter);
  }

  it("reads the owners of the volumes that are there", function () {
    if (process.platform === "win32") this.skip();
    dockerPrints(
      JSON.stringify([
        { Name: "one", Labels: { "agent-stack.owner": "abc" } },
        { Name: "two", Labels: null },
      ]),
    );

    expect([...volumeOwners(["one", "two", "three"])]).to.deep.equal([
      ["one", "abc"],
      ["two", ""],
    ]);
  });

  it("knows nothing where there is no docker command, or no engine", () => {
    process.env["PATH"] = folder.path;
    expect(volumeOwners(["one"]).size).to.equal(0);
    if (process.platform === "win32") return;
    dockerPrints("");
    process.env["PATH"] = [folder.path, path].join(delimiter);
    expect(volumeOwners(["one"]).size).to.equal(0);
  });

  it("refuses a volume of another clone as ./stack up does, and takes its own", () => {
    const [name = ""] = mountedVolumes(stack);

    requireOwnVolumes(stack, new Map([[name, stack.identity.owner]]));
    expect(() => {
      requireOwnVolumes(stack, new Map([[name, "0123456789abcdef"]]));
    }).to.throw(StackError, "Data of another clone");
  });
});
