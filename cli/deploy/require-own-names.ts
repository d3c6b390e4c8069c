import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { mountedVolumes, requireOwnVolumes } from "../../infra/own-volumes.ts";
import { labelNames, networkName } from "../../infra/render-container.ts";
import { StackError } from "../../infra/stack-error.ts";
import { isMissing } from "../docker/docker-client.ts";

/**
 * Refuses to go on where a container, a network or a volume that the stack would use is somebody else's.
 *
 * @throws StackError with the ways on.
 */
export async function requireOwnNames(docker: Docker, stack: DesiredStack): Promise<void> {
  const { owner } = stack.identity;
  const isForeign = (found: string | undefined) => found !== undefined && found !== owner;
  const network = networkName(stack.identity);
  const [containers, networkOwner, volumes] = await Promise.all([
    Promise.all(
      stack.containers.map(async ({ args: { name } }) => {
        return { name, found: await ownerOf(() => docker.getContainer(name).inspect()) };
      }),
    ),
    ownerOf(() => docker.getNetwork(network).inspect()),
    Promise.all(
      mountedVolumes(stack).map(async (name) => {
        return { name, found: await ownerOf(() => docker.getVolume(name).inspect()) };
      }),
    ),
  ]);
  const foreign = containers.find(({ found }) => isForeign(found));
  if (foreign) throw containerError(foreign.name);
  if (isForeign(networkOwner)) throw networkError(network, networkOwner ?? "");
  const owners = new Map(
    volumes.flatMap(({ name, found }) => (found === undefined ? [] : [[name, found] as const])),
  );
  requireOwnVolumes(stack, owners);
}

type Labels = Readonly<Record<string, string>> | null;

/** "" where something of the name has no owner; undefined where there is nothing. */
async function ownerOf(
  inspect: () => Promise<{
    readonly Labels?: Labels | undefined;
    readonly Config?: { readonly Labels: Labels };
  }>,
): Promise<string | undefined> {
  try {
    const { Config, Labels } = await inspect();
    return (Config?.Labels ?? Labels)?.[labelNames.owner] ?? "";
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const leaveAlone =
  "Stop the other clone with its own ./stack down, or set STACK_PROJECT_NAME in this clone's .env file.";

function containerError(name: string): StackError {
  return new StackError(`A container called ${name} exists and is not this clone's.`, {
    remedy: leaveAlone,
  });
}

function networkError(name: string, owner: string): StackError {
  return new StackError(`A network called ${name} exists and is not this clone's.`, {
    remedy:
      owner === ""
        ? `It was made by hand; remove it, and ./stack up makes the right one: docker network rm ${name}`
        : leaveAlone,
  });
}
