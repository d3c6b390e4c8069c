import { isDeepStrictEqual } from "node:util";
import type { RenderedResource } from "../../infra/rendering.ts";
import { changedWhileRunning } from "../../infra/update-rules.ts";
import { resourceTypes } from "../pulumi/stack-state.ts";
import { type PlannedStep, describeResource } from "./planned-step.ts";

/** By the type of a resource: fields whose change keeps it; all others make a new one. */
const keptBy: Readonly<Record<string, readonly string[]>> = {
  [resourceTypes.container]: changedWhileRunning,
  [resourceTypes.image]: ["build", "keepLocally", "forceRemove"],
  [resourceTypes.command]: ["create", "update", "delete", "environment"],
};

/** Fields that the program tells the engine to ignore. */
const ignoredBy: Readonly<Record<string, readonly string[]>> = {
  [resourceTypes.volume]: ["labels"],
};

/** What the engine would do to a stack of the tree `before` under the program of the tree `after`. */
export function renderingSteps(
  before: readonly RenderedResource[],
  after: readonly RenderedResource[],
): PlannedStep[] {
  const old = new Map(before.map((resource) => [keyOf(resource), resource]));
  const now = new Set(after.map(keyOf));
  const wanted = after.flatMap((resource) => stepTo(resource, old.get(keyOf(resource))));
  const gone = before.filter((resource) => !now.has(keyOf(resource)));
  return [...wanted, ...gone.map((resource) => step("delete", resource, []))];
}

function keyOf({ type, name }: RenderedResource): string {
  return `${type}::${name}`;
}

function stepTo(after: RenderedResource, before: RenderedResource | undefined): PlannedStep[] {
  if (!before) return [step("create", after, [])];
  const ignored = ignoredBy[after.type] ?? [];
  const fields = [...new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)])]
    .filter((field) => !ignored.includes(field))
    .filter((field) => !isDeepStrictEqual(before.inputs[field], after.inputs[field]))
    .sort();
  if (fields.length === 0) return [];
  const kept = keptBy[after.type] ?? [];
  const operation = fields.every((field) => kept.includes(field)) ? "update" : "replace";
  return [step(operation, after, fields)];
}

function step(
  operation: PlannedStep["operation"],
  { type, name }: RenderedResource,
  reasons: readonly string[],
): PlannedStep {
  return { operation, subject: describeResource(type, name), type, name, reasons };
}
