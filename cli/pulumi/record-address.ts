import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Workspace } from "../os/workspace.ts";
import type { Engine } from "./deployment.ts";
import { engineAddress, withAddress } from "./engine-address.ts";
import { engineFailure } from "./engine-failure.ts";
import { engineProject } from "./engine-project.ts";

const run = promisify(execFile);

/** Writes another address of the same Docker engine into the state: `refresh` and `destroy` read it there. */
export async function recordAddress(workspace: Workspace, engine: Engine): Promise<void> {
  const { stackName, root, home } = workspace;
  const { folder, environment } = engineProject(workspace, engine.environment);
  const options = { env: { ...engine.environment, ...environment }, maxBuffer: 256 * 1024 * 1024 };
  const scratch = mkdtempSync(join(home, "state-"));
  try {
    const asked = ["stack", "export", "--stack", stackName, "--non-interactive"];
    const { stdout } = await run(engine.executable, asked, { ...options, cwd: root });
    const file = join(scratch, "state.json");
    writeFileSync(file, withAddress(stdout, engineAddress(engine.environment)), { mode: 0o600 });
    const told = ["stack", "import", "--stack", stackName, "--file", file, "--non-interactive"];
    await run(engine.executable, told, { ...options, cwd: folder });
  } catch (error) {
    throw engineFailure(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
