import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Engine } from "./engine.ts";
import { engineFailure } from "./engine-failure.ts";
import { litellmVariables } from "../../infra/settings-sources.ts";
import { ownSettings, readStackSettings, requireKnownNames } from "../../infra/stack-settings.ts";

/** Pulumi's configuration of the stack; the engine is asked only where something is encrypted. */
export async function pulumiConfig(
  root: string,
  stackName: string,
  engine: Engine,
): Promise<Record<string, string>> {
  const { plain, encrypted } = readStackSettings(root, stackName);
  requireKnownNames([...Object.keys(plain), ...encrypted], stackName, litellmVariables(root));
  if (encrypted.length === 0) return { ...plain };
  const { executable, environment } = await engine.program();
  const { stdout } = await promisify(execFile)(
    executable,
    ["config", "--json", "--show-secrets", "--stack", stackName, "--non-interactive"],
    { cwd: root, env: environment },
  ).catch((error: unknown) => {
    throw engineFailure(error);
  });
  const values = JSON.parse(stdout) as Record<string, { value?: string }>;
  // The engine adds the defaults of Pulumi.yaml: nobody set them.
  const opened = ownSettings(values).filter(([name]) => encrypted.includes(name));
  return {
    ...plain,
    ...Object.fromEntries(
      opened.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}
