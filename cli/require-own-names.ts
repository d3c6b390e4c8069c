import type Docker from "dockerode";
import type { DesiredStack } from "../infra/desired-stack.ts";
import { labelNames, networkName, volumeName } from "../infra/render-container.ts";
import { StackError } from "../infra/stack-error.ts";
import { isMissing } from "./containers/docker-client.ts";

/**
 * Refuses to go on where a container, a network or a volume that the stack would use is somebody else's.
 *
 * Docker gives a volume that exists to whoever names it: another clone's data would be read, and its
 * databases would get this clone's passwords.
 *
 * @throws StackError with the ways on.
 */
export async function requireOwnNames(docker: Docker, stack: DesiredStack): Promise<void> {
  const { owner, adoptedOwner } = stack.identity;
  for (const { args } of stack.containers) {
    const found = await ownerOf(() => docker.getContainer(args.name).inspect());
    if (found !== undefined && found !== owner) throw containerError(args.name);
  }
  const network = networkName(stack.identity);
  const networkOwner = await ownerOf(() => docker.getNetwork(network).inspect());
  if (networkOwner !== undefined && networkOwner !== owner)
    throw networkError(network, networkOwner);
  const names = stack.specs.flatMap(({ mounts }) =>
    mounts.map((mount) => volumeName(stack.identity, mount)),
  );
  const foreign: { readonly name: string; readonly owner: string }[] = [];
  for (const name of names) {
    const found = await ownerOf(() => docker.getVolume(name).inspect());
    const isOurs = found === owner || (adoptedOwner !== "" && found === adoptedOwner);
    if (found !== undefined && !isOurs) foreign.push({ name, owner: found });
  }
  if (foreign.length > 0) throw volumesError(foreign);
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

function containerError(name: string): StackError {
  return new StackError(`A container called ${name} exists and is not this clone's.`, {
    remedy:
      "Stop the other clone with its own ./stack down, or set STACK_PROJECT_NAME in this clone's " +
      ".env file.",
  });
}

function networkError(name: string, owner: string): StackError {
  return new StackError(`A network called ${name} exists and is not this clone's.`, {
    remedy:
      owner === ""
        ? `It was made by hand; remove it, and ./stack up makes the right one: docker network rm ${name}`
        : "Stop the other clone with its own ./stack down, or set STACK_PROJECT_NAME in this clone's " +
          ".env file.",
  });
}

function volumesError(
  foreign: readonly { readonly name: string; readonly owner: string }[],
): StackError {
  const [first] = foreign;
  const mark = first?.owner ?? "";
  const isOneOwner = mark !== "" && foreign.every(({ owner }) => owner === mark);
  const own = "To leave them alone, set another STACK_PROJECT_NAME in this clone's .env file.";
  return new StackError("Data of another clone is in volumes that this stack would use.", {
    details: foreign.map(({ name, owner }) =>
      owner === "" ? `${name}, which has no owner` : `${name}, of the owner ${owner}`,
    ),
    remedy: isOneOwner
      ? `${own} To take them over, because that clone's .env file is lost: set ADOPT_VOLUMES_OF=${mark} ` +
        "there, and run ./stack up again."
      : `${own} Or remove them, data included: docker volume rm NAME.`,
  });
}
