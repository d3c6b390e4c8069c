import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Workspace } from "../os/workspace.ts";
import type { Engine } from "./engine.ts";
import { engineAddress, withAddress } from "./engine-address.ts";
import { engineFailure } from "./engine-failure.ts";
import { exportState } from "./export-state.ts";
import { engineProject } from "./engine-project.ts";

const run = promisify(execFile);

/** Writes another address of the same Docker engine into the state: `refresh` and `destroy` read it there. */
export async function recordAddress(workspace: Workspace, engine: Engine): Promise<void> {
  const { stackName, home } = workspace;
  const program = await engine.program();
  const { folder, environment } = engineProject(workspace, program.environment);
  const scratch = mkdtempSync(join(home, "state-"));
  try {
    const exported = await exportState(workspace, engine);
    const file = join(scratch, "state.json");
    writeFileSync(file, withAddress(exported, engineAddress(engine.environment)), { mode: 0o600 });
    const told = ["stack", "import", "--stack", stackName, "--file", file, "--non-interactive"];
    await run(program.executable, told, {
      cwd: folder,
      env: { ...program.environment, ...environment },
    });
  } catch (error) {
    throw engineFailure(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
