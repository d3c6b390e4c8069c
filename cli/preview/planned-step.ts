import { resourceTypes } from "../pulumi/stack-state.ts";
import type { Change } from "./change.ts";

/** One thing that the engine would do. */
export interface PlannedStep {
  readonly operation: "create" | "update" | "replace" | "delete";
  /** The resource's name, with its kind where that isn't a service: "image litellm". */
  readonly subject: string;
  readonly type: string;
  readonly name: string;
  /** Which of its properties differ, as the engine names them. */
  readonly reasons: readonly string[];
}

/** What a user calls a resource. */
export function subjectOf(type: string, name: string): string {
  switch (type) {
    case resourceTypes.container:
      return name;
    case resourceTypes.image:
      return `image ${name.replace(/^image-/, "")}`;
    case resourceTypes.volume:
      return `volume ${name.replace(/^volume-/, "")}`;
    default:
      return name.replaceAll("-", " ");
  }
}

export function actionOf({ operation }: PlannedStep): Change["action"] {
  return operation === "delete" ? "remove" : operation;
}
