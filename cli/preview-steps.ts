import type { automation } from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import { resourceName, resourceTypes } from "./stack-state.ts";

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

export async function previewSteps(deployment: Deployment): Promise<PlannedStep[]> {
  const steps = new Map<string, PlannedStep>();
  await deployment.preview({
    onEvent: (event) => {
      const step = stepOf(event);
      if (step) steps.set(step.urn, step.step);
    },
  });
  return [...steps.values()];
}

function stepOf(event: automation.EngineEvent): { urn: string; step: PlannedStep } | undefined {
  const metadata = event.resourcePreEvent?.metadata;
  if (!metadata) return undefined;
  const operation = operationOf(metadata.op);
  // Providers and the stack itself are the engine's own bookkeeping.
  if (!operation || metadata.type.startsWith("pulumi:")) return undefined;
  const name = resourceName(metadata.urn);
  const reasons = Object.keys(metadata.detailedDiff ?? {});
  const step = {
    operation,
    subject: subject(metadata.type, name),
    type: metadata.type,
    name,
    reasons,
  };
  return { urn: metadata.urn, step };
}

function operationOf(op: string): PlannedStep["operation"] | undefined {
  if (op === "create" || op === "update" || op === "delete") return op;
  return op === "replace" || op === "create-replacement" || op === "delete-replaced"
    ? "replace"
    : undefined;
}

function subject(type: string, name: string): string {
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
