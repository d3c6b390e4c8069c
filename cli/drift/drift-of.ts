import type { Facts } from "./facts.ts";

/** A container that the last good `up` made. */
export interface ExpectedContainer {
  readonly service: string;
  readonly id: string;
  readonly facts: Facts;
}

/** A container that is there and has the stack's mark. */
export interface InspectedContainer {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly facts: Facts;
}

/** One thing that is not as `up` left it. */
export interface Finding {
  readonly service: string;
  /** "env LOG_LEVEL", "port 8000/tcp", "container". */
  readonly aspect: string;
  /** Absent where it should not exist. */
  readonly expected?: string;
  /** Absent where nothing is there. */
  readonly actual?: string;
}

/** What differs between the containers that should be and those that are; pure. */
export function driftOf(
  expected: readonly ExpectedContainer[],
  inspected: readonly InspectedContainer[],
): Finding[] {
  const twins = new Map(expected.map((wanted) => [wanted.service, twinOf(wanted, inspected)]));
  const taken = new Set(twins.values());
  const findings = expected.flatMap((wanted) => {
    const found = twins.get(wanted.service);
    const { service } = wanted;
    if (!found) return [{ service, aspect: "container", expected: wanted.facts.get("name") ?? "" }];
    return [...replacedByHand(wanted, found), ...differences(wanted, found)];
  });
  const extra = inspected
    .filter((container) => !taken.has(container))
    .map(({ service, name }) => ({ service, aspect: "container", actual: name }));
  return [...findings, ...extra];
}

/** The very container, else one that took its place. */
function twinOf(
  { id, service, facts }: ExpectedContainer,
  inspected: readonly InspectedContainer[],
): InspectedContainer | undefined {
  const same = inspected.find((container) => container.id === id);
  const name = facts.get("name");
  return (
    same ?? inspected.find((container) => container.service === service && container.name === name)
  );
}

function replacedByHand(wanted: ExpectedContainer, found: InspectedContainer): Finding[] {
  if (wanted.id === found.id) return [];
  const [expected, actual] = [wanted.id.slice(0, 12), found.id.slice(0, 12)];
  return [{ service: wanted.service, aspect: "container id", expected, actual }];
}

function differences(wanted: ExpectedContainer, found: InspectedContainer): Finding[] {
  // Where a size is not set, the engine's own default holds.
  const unasked = (aspect: string) => aspect === "shared memory" && !wanted.facts.has(aspect);
  const aspects = [...new Set([...wanted.facts.keys(), ...found.facts.keys()])].sort();
  return aspects.flatMap((aspect) => {
    const [expected, actual] = [wanted.facts.get(aspect), found.facts.get(aspect)];
    if (expected === actual || unasked(aspect)) return [];
    return [
      {
        service: wanted.service,
        aspect,
        ...(expected !== undefined && { expected }),
        ...(actual !== undefined && { actual }),
      },
    ];
  });
}
