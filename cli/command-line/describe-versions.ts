import { findDockerHost } from "../docker/host/find-docker-host.ts";
import { table } from "../output/table.ts";
import { presentToolchain, toolchainVersions } from "../toolchain/ensure-toolchain.ts";

/** What `./stack --version` says: every part that is in use, and where it is from. Builds nothing. */
export async function describeVersions(
  environment: NodeJS.ProcessEnv,
  cliVersion: string,
): Promise<string> {
  const toolchain = await presentToolchain({ environment });
  const tools = toolchain
    ? toolchainVersions(toolchain).map(({ name, version, origin }) => [name, version, origin])
    : [["Pulumi engine", "not installed yet", "./stack up gets it"]];
  return table([
    ["agent-stack", cliVersion, ""],
    ["Node", process.versions.node, ""],
    ...tools,
    ["Docker engine", ...(await dockerVersion(environment))],
  ]);
}

async function dockerVersion(environment: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    const host = await findDockerHost({ environment });
    return host ? [host.engineVersion, host.host] : ["not running", ""];
  } catch (error) {
    return ["can't be used", error instanceof Error ? error.message : ""];
  }
}
