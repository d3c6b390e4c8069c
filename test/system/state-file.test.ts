import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { openDeployment } from "../../cli/pulumi/deployment.ts";
import { engineProject } from "../../cli/pulumi/engine-project.ts";
import { exportState } from "../../cli/pulumi/export-state.ts";
import { readStateFile } from "../../cli/pulumi/state-file.ts";
import { emptyState, parseState } from "../../cli/pulumi/stack-state.ts";
import { type BareEngine, bareEngine } from "../support/bare-engine.ts";

const onEvent = () => undefined;
const made = {
  urn: "urn:pulumi:test::agent-stack::docker:index/x:X::made",
  ...{ type: "docker:index/x:X", custom: true },
};

/** The two readers of one state: the file itself, and the engine. */
describe("a state in a folder of this machine", function () {
  this.timeout(10 * 60_000);
  let bare: BareEngine;
  const own = () => readStateFile(bare.workspace, bare.engine.environment);
  const engines = () => exportState(bare.workspace, bare.engine).then(parseState);
  const pulumi = async (more: NodeJS.ProcessEnv, ...words: string[]) => {
    const { executable, environment } = await bare.engine.program();
    execFileSync(executable, [...words, "--stack", "test", "--non-interactive"], {
      cwd: engineProject(bare.workspace, environment).folder,
      env: { ...environment, PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true", ...more },
      stdio: "pipe",
    });
  };

  /** Has the engine write a state with a half-made resource. */
  async function importRich(more: NodeJS.ProcessEnv = {}): Promise<void> {
    const state = JSON.parse(await exportState(bare.workspace, bare.engine)) as {
      deployment: { resources: object[] };
    };
    state.deployment.resources.push({
      ...{ ...made, id: "1", initErrors: ["unhealthy"] },
      inputs: { name: "<ü & \u2028>", none: null, number: 1.5, big: 1e21, list: [1, "a", {}] },
      outputs: { name: "failed" },
    });
    const file = join(bare.root, "rich.json");
    writeFileSync(file, JSON.stringify(state));
    await pulumi(more, "stack", "import", "--force", "--file", file);
  }

  /** Leaves in the file what an engine that is killed would; an import would drop it. */
  function beginCreation(): void {
    const file = join(bare.workspace.state, ".pulumi/stacks/agent-stack/test.json");
    const state = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest: { pending_operations?: object[] } };
    };
    state.checkpoint.latest.pending_operations = [{ resource: made, type: "creating" }];
    writeFileSync(file, JSON.stringify(state));
  }

  before(async () => {
    bare = await bareEngine({});
  });

  after(() => {
    rmSync(bare.root, { recursive: true, force: true });
  });

  it("is empty before there is a stack", () => {
    expect(own()).to.equal(emptyState);
  });

  it("is the same for both after an update, and with all that a state may hold", async () => {
    await (await openDeployment(bare.workspace, bare.engine, undefined)).update({ onEvent });
    expect(own()).to.deep.equal(await engines());

    await importRich();
    expect(own()).to.deep.equal(await engines());
    beginCreation();
    const state = own();
    expect(state?.pending).to.have.length(1);
    expect(state?.resources.some(({ initErrors }) => initErrors !== undefined)).to.equal(true);
    expect(state).to.deep.equal(await engines());
  });

  it("is the engine's alone to read, once it is compressed", async () => {
    await importRich({ PULUMI_DIY_BACKEND_GZIP: "true" });

    expect(own()).to.equal(undefined);
  });
});
