import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";
import { openDeployment } from "../pulumi/deployment.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { engineSteps } from "../preview/engine-steps.ts";
import type { PlannedStep } from "../preview/planned-step.ts";
import type { Session } from "../stack/session.ts";

/** Proves that a second update would change nothing. */
export async function verifyUnchanged(
  session: Session,
  desired: DesiredStack,
  signal: AbortSignal,
): Promise<void> {
  const deployment = await openDeployment(session.workspace, session.engine, desired);
  const steps = await engineSteps(deployment, signal);
  if (steps.length > 0) throw changesError(steps);
}

export function changesError(steps: readonly PlannedStep[]): StackError {
  return new StackError("A second up would still change something.", {
    details: steps.map(
      ({ operation, subject, reasons }) =>
        `${operation} ${subject}${reasons.length > 0 ? ` (${reasons.join(", ")})` : ""}`,
    ),
    remedy: "Run ./stack up to apply the changes, or ./stack preview to read them.",
    exitCode: exitCodes.changes,
  });
}
