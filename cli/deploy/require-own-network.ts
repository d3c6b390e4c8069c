import type Docker from "dockerode";
import { StackError } from "../../infra/stack-error.ts";
import { listContainers } from "../docker/container-state.ts";
import { labelFilter, type StackMarks } from "../docker/docker-client.ts";

/**
 * Refuses to take the stack down while containers of somebody else are on its network: Docker keeps a
 * network that is in use, and the command would end half-way.
 *
 * @throws StackError naming them, with the command that lets them go.
 */
export async function requireOwnNetwork(docker: Docker, marks: StackMarks): Promise<void> {
  const own = (await listContainers(docker, marks)).map(({ id }) => id);
  for (const { Id, Name } of await docker.listNetworks({ filters: labelFilter(marks) })) {
    const { Containers } = await docker.getNetwork(Id).inspect();
    const guests = Object.entries(Containers ?? {})
      .filter(([id]) => !own.includes(id))
      .map(([, { Name: name }]) => name)
      .sort();
    if (guests.length > 0) throw guestsError(Name, guests);
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
