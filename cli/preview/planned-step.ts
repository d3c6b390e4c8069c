import { title } from "../output/plain-reporter.ts";
import { spoken, subjectOf } from "../pulumi/engine-events.ts";
import { resourceTypes } from "../pulumi/stack-state.ts";
import type { Change } from "./change.ts";

/** One thing that the engine would do. */
export interface PlannedStep {
  readonly operation: "create" | "update" | "replace" | "delete";
  /** The resource's name, with its kind where that isn't a service: "litellm image". */
  readonly subject: string;
  readonly type: string;
  readonly name: string;
  /** Which of its properties differ, as the engine names them. */
  readonly reasons: readonly string[];
}

/** What a user calls a resource: the word of `up`'s rows, or the kind of what has no row there. */
export function describeResource(type: string, name: string): string {
  if (type === resourceTypes.volume) return `${name.replace(/^volume-/, "")} volume`;
  const subject = subjectOf(type, name);
  return subject === undefined ? spoken(name) : title(subject);
}

export function actionOf({ operation }: PlannedStep): Change["action"] {
  return operation === "delete" ? "remove" : operation;
}
