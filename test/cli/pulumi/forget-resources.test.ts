import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { forgetResources } from "../../../cli/pulumi/forget-resources.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { loadNetworkSettings } from "../../../infra/load-network-settings.ts";
import { rejection } from "../../support/rejection.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

/** An engine whose state has the resources in the file `known`, and which writes down what it is asked. */
const script = `#!/bin/sh
folder=$(dirname "$0")
echo "$*" >> "$folder/asked"
case "$*" in "stack export"*) cat "$folder/exported"; exit 0 ;; esac
for word in "$@"; do
  case $word in urn:*) grep -q "$word" "$folder/exported" || {
    echo "error: No such resource \\"$word\\" exists in the current state" >&2; exit 1; } ;;
  esac
done
`;

describe("forgetResources", () => {
  const folder = scratchFolder();
  const path = (name: string) => join(folder.path, name);
  const forget = async (urns: readonly string[] | "all", known: readonly string[]) => {
    const root = path("clone");
    mkdirSync(root);
    writeFileSync(join(root, "Pulumi.yaml"), "name: agent-stack\nruntime: nodejs\n");
    writeFileSync(path("pulumi"), script, { mode: 0o755 });
    const resources = known.map((urn) => ({ urn, type: "a:b:C" }));
    writeFileSync(path("exported"), JSON.stringify({ version: 3, deployment: { resources } }));
    const environment = { PATH: process.env["PATH"] ?? "" };
    await forgetResources(
      workspaceOf(root, "test"),
      {
        environment,
        network: await loadNetworkSettings({ root, stackName: "test", environment: {} }),
        program: () => Promise.resolve({ executable: path("pulumi"), environment }),
      },
      urns,
    );
  };
  /** The words of each start of the engine that has changed the state, up to the options that all share. */
  const asked = () =>
    readFileSync(path("asked"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("state"))
      .map((line) => line.replace(/ --yes.*/, ""));

  it("is one start of the engine, whatever depends on them included", async () => {
    await forget(["urn:a", "urn:b"], ["urn:a", "urn:b", "urn:c"]);

    expect(asked()).to.deep.equal(["state delete urn:a urn:b --target-dependents"]);
  });

  it("can leave an empty state", async () => {
    await forget("all", ["urn:a"]);

    expect(asked()).to.deep.equal(["state delete --all"]);
  });

  it("goes on where the engine of a killed command has forgotten some of them meanwhile", async () => {
    await forget(["urn:a", "urn:b"], ["urn:b"]);

    expect(asked().at(-1)).to.equal("state delete urn:b --target-dependents");
  });

  it("has nothing more to do where that has forgotten all of them", async () => {
    await forget(["urn:a", "urn:b"], ["urn:c"]);

    expect(asked()).to.have.length(1);
  });

  it("says what the engine says of any other failure", async () => {
    writeFileSync(path("asked"), "");
    const failed = forget(["urn:a"], ["urn:a"]);
    writeFileSync(path("pulumi"), "#!/bin/sh\necho 'error: disk on fire' >&2; exit 1\n");

    const error = await rejection(failed);

    expect(error.details).to.deep.equal(["disk on fire"]);
  });
});
