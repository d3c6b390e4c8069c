import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Deployment, openDeployment } from "../../../cli/pulumi/deployment.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { loadNetworkSettings } from "../../../infra/load-network-settings.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const onEvent = () => undefined;

/** An engine that only writes down what it is asked, and knows the stack from `stack init` on. */
const script = `#!/bin/sh
folder=$(dirname "$0")
echo "$*" >> "$folder/asked"
case "$*" in "stack init"*) touch "$folder/there" ;; esac
[ -e "$folder/there" ] || { echo "error: no stack named 'test' found" >&2; exit 255; }
`;

describe("openDeployment", function () {
  // The SDK takes seconds to load where both cores are busy.
  this.timeout(60_000);
  const folder = scratchFolder();
  const path = (name: string) => join(folder.path, name);
  const open = async (): Promise<Deployment> => {
    const root = path("clone");
    mkdirSync(root);
    writeFileSync(join(root, "Pulumi.yaml"), "name: agent-stack\nruntime: nodejs\n");
    writeFileSync(path("pulumi"), script, { mode: 0o755 });
    const environment = { PATH: process.env["PATH"] ?? "" };
    const engine = {
      environment,
      program: () => Promise.resolve({ executable: path("pulumi"), environment }),
      network: await loadNetworkSettings({ root, stackName: "test", environment: {} }),
    };
    return openDeployment(workspaceOf(root, "test"), engine, undefined);
  };
  /** The first word of each start of the engine; the second, too, where it asks about the stack. */
  const asked = () =>
    readFileSync(path("asked"), "utf8")
      .trim()
      .split("\n")
      .map((line) => /^(stack )?\S+/.exec(line)?.[0]);

  for (const [name, run] of [
    ["up", (deployment: Deployment) => deployment.update({ onEvent })],
    ["refresh", (deployment: Deployment) => deployment.refresh()],
    ["destroy", (deployment: Deployment) => deployment.destroy({ onEvent })],
  ] as const) {
    it(`starts the engine once for ${name}, each start being a third of a second`, async () => {
      const deployment = await open();
      writeFileSync(path("there"), "");

      await run(deployment);

      expect(asked()).to.deep.equal([name]);
    });
  }

  it("makes the stack at the first operation, where it is new", async () => {
    await (await open()).update({ onEvent });

    expect(asked()).to.deep.equal(["up", "stack init", "up"]);
  });
});
