import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Engine } from "../../cli/pulumi/engine.ts";
import { type Workspace, workspaceOf } from "../../cli/os/workspace.ts";
import { ensureToolchain } from "../../cli/toolchain/ensure-toolchain.ts";
import { loadNetworkSettings } from "../../infra/load-network-settings.ts";

/** Pulumi's engine on a folder that has of a clone only what the engine itself reads. */
export interface BareEngine {
  readonly root: string;
  readonly workspace: Workspace;
  readonly engine: Engine;
}

const repository = join(import.meta.dirname, "../..");

/** The stack `test` of a new folder; `more` is added to the engine's environment. */
export async function bareEngine(more: Readonly<Record<string, string>>): Promise<BareEngine> {
  const root = mkdtempSync(join(tmpdir(), "bare-engine-"));
  mkdirSync(join(root, "infra"));
  // The engine wants the entry point to be there, though the program runs in this process.
  for (const file of ["Pulumi.yaml", "infra/main.js"]) {
    cpSync(join(repository, file), join(root, file));
  }
  const tools = await ensureToolchain({ environment: process.env, report: () => undefined });
  const { executable } = tools.engine;
  const environment = {
    ...process.env,
    PATH: [...tools.path, process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_CONFIG_PASSPHRASE: "of-a-test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    USER: "stack",
    ...more,
  };
  const engine = {
    environment,
    network: await loadNetworkSettings({ root, stackName: "test", environment: process.env }),
    program: () => Promise.resolve({ executable, environment }),
  };
  return { root, workspace: workspaceOf(root, "test"), engine };
}
