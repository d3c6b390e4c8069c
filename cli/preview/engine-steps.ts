import type { automation } from "@pulumi/pulumi";
import type { Deployment } from "../pulumi/deployment.ts";
import { resourceName } from "../pulumi/stack-state.ts";
import { type PlannedStep, describeResource } from "./planned-step.ts";

/** What the engine would do to the real stack. */
export async function engineSteps(
  deployment: Deployment,
  signal: AbortSignal,
): Promise<PlannedStep[]> {
  const steps = new Map<string, PlannedStep>();
  await deployment.preview({
    signal,
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
  // Providers and the stack itself are the engine's own bookkeeping; components only group.
  if (!operation || /^(pulumi|agent-stack):/.test(metadata.type)) return undefined;
  const name = resourceName(metadata.urn);
  const reasons = Object.keys(metadata.detailedDiff ?? {});
  const subject = describeResource(metadata.type, name);
  return { urn: metadata.urn, step: { operation, subject, type: metadata.type, name, reasons } };
}

function operationOf(op: string): PlannedStep["operation"] | undefined {
  if (op === "create" || op === "update" || op === "delete") return op;
  return op === "replace" || op === "create-replacement" || op === "delete-replaced"
    ? "replace"
    : undefined;
}
