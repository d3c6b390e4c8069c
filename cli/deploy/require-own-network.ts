import type Docker from "dockerode";
import { StackError } from "../../infra/stack-error.ts";
import { isMissing } from "../docker/docker-client.ts";

/**
 * Refuses to take the stack down while containers of somebody else are on its network: Docker keeps a
 * network that is in use, and the command would end half-way.
 *
 * @param own ids of the stack's containers.
 * @throws StackError naming them, with the command that lets them go.
 */
export async function requireOwnNetwork(
  docker: Docker,
  networks: readonly string[],
  own: readonly string[],
): Promise<void> {
  for (const id of networks) {
    const network = await inspectNetwork(docker, id);
    const guests = Object.entries(network?.Containers ?? {})
      .filter(([container]) => !own.includes(container))
      .map(([, { Name: name }]) => name)
      .sort();
    if (network && guests.length > 0) throw guestsError(network.Name, guests);
  }
}

async function inspectNetwork(
  docker: Docker,
  id: string,
): Promise<Docker.NetworkInspectInfo | undefined> {
  try {
    return await docker.getNetwork(id).inspect();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function guestsError(network: string, guests: readonly string[]): StackError {
  const names = guests.join(", ");
  const commands = guests.map((name) => `docker network disconnect ${network} ${name}`);
  const whose = guests.length === 1 ? "which is not of this stack" : "which are not of this stack";
  return new StackError(`The network ${network} is used by ${names}, ${whose}.`, {
    remedy: `Nothing was stopped. Disconnect it (${commands.join("; ")}), and run ./stack down again.`,
  });
}
