import { StackError } from "../../../infra/stack-error.ts";
import type { EngineAddress } from "../docker-client.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { findOnPath } from "../../os/find-executable.ts";
import { runCommand } from "./run-command.ts";

const packages = "docker-cli, docker-ce-cli or, on Debian 12, docker.io";

/**
 * The `docker` command has to be there and to agree with the engine on a version of the API: containers are
 * entered and images imported with it.
 */
export async function requireDockerCli(
  environment: NodeJS.ProcessEnv,
  address: EngineAddress,
  signal: AbortSignal,
): Promise<void> {
  const executable = findOnPath("docker", environment);
  if (!executable) {
    throw new StackError("A Docker engine answers, but there is no `docker` command on PATH.", {
      remedy: `Install Docker's command-line client (the package is ${packages}), or put its folder on PATH.`,
    });
  }
  const lines: string[] = [];
  const exitCode = await runCommand(executable, ["version", "--format", "{{.Server.APIVersion}}"], {
    environment: engineEnvironment(environment, address),
    signal,
    onLine: (line) => lines.push(line),
  });
  if (exitCode === 0) return;
  const details = lines.filter((line) => line.trim() !== "").slice(-4);
  const aboutAge = details.some((line) => /too (old|new)|API version/i.test(line));
  throw new StackError(`The Docker engine at ${address.host} answers, but not to \`docker\`.`, {
    details,
    remedy: aboutAge
      ? `Update the one that is older: the engine, or the command ${executable} (the package is ${packages}).`
      : `See what this says: DOCKER_HOST=${address.host} docker version`,
  });
}
