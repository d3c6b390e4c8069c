import {
  resourcesOf,
  resourceTypes,
  type StackState,
  type StateResource,
} from "../pulumi/stack-state.ts";

/** Kinds of which nothing is left in the world once the stack's containers and networks are removed. */
const ours: readonly string[] = [
  ...Object.values(resourceTypes),
  "pulumi:pulumi:Stack",
  "pulumi:providers:docker",
  "pulumi:providers:command",
];

/**
 * The URNs that a state may just forget once the stack's containers and networks are gone: nothing but
 * them has to be deleted. Pure.
 *
 * @param everything also images and volumes, which the engine would leave where they are.
 * @returns undefined where the engine has to do it: something was never finished, or the program was
 *   given resources of the user's own.
 */
export function forgettable(
  state: StackState,
  everything: boolean,
): readonly string[] | "all" | undefined {
  if (state.pending.length > 0) return undefined;
  if (state.resources.length === 0) return [];
  const gone = [resourceTypes.container, resourceTypes.network]
    .flatMap((type) => resourcesOf(state, type))
    .map(({ urn }) => urn);
  // One that is waiting for its deletion shares its name with its successor.
  if (new Set(gone).size < gone.length) return undefined;
  const forgotten = everything ? state.resources : dependentsOf(state, gone);
  if (!forgotten.every(isForgettable)) return undefined;
  return everything ? "all" : gone;
}

function isForgettable({ type, inputs }: StateResource): boolean {
  if (!ours.includes(type)) return false;
  if (type === resourceTypes.image) return inputs?.["keepLocally"] === true;
  return type !== resourceTypes.command || inputs?.["delete"] === undefined;
}

/** What depends on any of `urns`, or is a part of it. */
function dependentsOf({ resources }: StackState, urns: readonly string[]): StateResource[] {
  const reached = new Set(urns);
  const found: StateResource[] = [];
  // A state names what something depends on before it.
  for (const resource of resources) {
    const { urn, parent = "", dependencies = [] } = resource;
    if (![urn, parent, ...dependencies].some((each) => reached.has(each))) continue;
    reached.add(urn);
    found.push(resource);
  }
  return found;
}
