import type { DesiredStack } from "./desired-stack.ts";
import { volumeName } from "./render-container.ts";
import { StackError } from "./stack-error.ts";

/** The volumes that a stack mounts, by name. */
export function mountedVolumes({ specs, identity }: DesiredStack): string[] {
  return specs.flatMap(({ mounts }) => mounts.map((mount) => volumeName(identity, mount)));
}

/**
 * Refuses volumes of somebody else. Docker gives a volume that exists to whoever names it: another
 * clone's data would be read, and its databases would get this clone's passwords.
 *
 * @param owners of the stack's volumes that exist; "" where one has none.
 * @throws StackError with the ways on.
 */
export function requireOwnVolumes(
  { identity }: Pick<DesiredStack, "identity">,
  owners: ReadonlyMap<string, string>,
): void {
  const { owner, adoptedOwner } = identity;
  const foreign = [...owners].filter(
    ([, found]) => found !== owner && (adoptedOwner === "" || found !== adoptedOwner),
  );
  if (foreign.length > 0) throw volumesError(foreign);
}

function volumesError(foreign: readonly (readonly [string, string])[]): StackError {
  const mark = foreign[0]?.[1] ?? "";
  const isOneOwner = mark !== "" && foreign.every(([, owner]) => owner === mark);
  const own = "To leave them alone, set another STACK_PROJECT_NAME in this clone's .env file.";
  return new StackError("Data of another clone is in volumes that this stack would use.", {
    details: foreign.map(([name, owner]) =>
      owner === "" ? `${name}, which has no owner` : `${name}, of the owner ${owner}`,
    ),
    remedy: isOneOwner
      ? `${own} To take them over, because that clone's .env file is lost: set ADOPT_VOLUMES_OF=${mark} ` +
        "there, and run ./stack up again."
      : `${own} Or remove them, data included: docker volume rm NAME.`,
  });
}
