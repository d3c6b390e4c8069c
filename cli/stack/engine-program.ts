import { delimiter } from "node:path";
import type { EngineProgram } from "../pulumi/engine.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * The engine's program, looked for when it is first asked for: a command that only reads needs none. What looks
 * is loaded then, too.
 */
export function engineProgram(
  surroundings: Surroundings,
  environment: NodeJS.ProcessEnv,
): () => Promise<EngineProgram> {
  let program: Promise<EngineProgram> | undefined;
  return () => (program ??= findProgram(surroundings, environment));
}

async function findProgram(
  surroundings: Surroundings,
  environment: NodeJS.ProcessEnv,
): Promise<EngineProgram> {
  const [{ ensureToolchain }, { loadSetting }] = await Promise.all([
    import("../toolchain/ensure-toolchain.ts"),
    import("../../infra/settings-sources.ts"),
  ]);
  const toolchain = await ensureToolchain({
    ...surroundings,
    environment: {
      ...surroundings.environment,
      PULUMI_RELEASES_URL: loadSetting("PULUMI_RELEASES_URL", surroundings),
    },
  });
  return {
    executable: toolchain.engine.executable,
    environment: {
      ...environment,
      PATH: [...toolchain.path, environment["PATH"] ?? ""].join(delimiter),
    },
  };
}
