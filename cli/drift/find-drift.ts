import type { AppliedRecord } from "../../infra/applied-record.ts";
import type { StackMarks } from "../docker/docker-client.ts";
import { inspectWorld } from "../stack/divergence.ts";
import type { Session } from "../stack/session.ts";
import { resourceName, resourceTypes, type StackState } from "../pulumi/stack-state.ts";
import { driftOf, type Finding } from "./drift-of.ts";
import { observe } from "./observe.ts";

/**
 * Everything that is not as the last good `up` left it: containers in every respect, and networks,
 * volumes and images that are gone.
 */
export async function findDrift(
  { docker }: Session,
  marks: StackMarks,
  state: StackState,
  applied: AppliedRecord,
  recordKey: string,
): Promise<Finding[]> {
  const world = await inspectWorld(docker, marks, state);
  const gone = state.resources
    .filter((resource) => resource.type !== resourceTypes.container && !world.exists(resource))
    .map(({ urn, outputs }) => {
      const name = outputs?.["name"];
      const expected = typeof name === "string" ? name : "present";
      return { service: "the stack", aspect: resourceName(urn), expected };
    });
  const { expected, inspected } = await observe(docker, marks, state, applied, recordKey);
  return [...gone, ...driftOf(expected, inspected)];
}
