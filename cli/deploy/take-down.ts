import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { listContainers } from "../docker/container-state.ts";
import { labelFilter, type StackMarks, unlessMissing } from "../docker/docker-client.ts";
import { removeContainer } from "../docker/remove-container.ts";
import { type Deployment, openDeployment } from "../pulumi/deployment.ts";
import { readState } from "../pulumi/read-state.ts";
import { activityOf, collectErrors } from "../pulumi/engine-events.ts";
import { releaseDeadLock } from "../pulumi/engine-lock.ts";
import { interruptedChange } from "./interrupted-change.ts";
import { interruptible } from "../os/interruptible.ts";
import { reconcile } from "./reconcile.ts";
import { diverge, inspectWorld } from "../stack/divergence.ts";
import { requireOwnNetwork } from "./require-own-network.ts";
import { settleEngine } from "../stack/same-engine.ts";
import type { Session } from "../stack/session.ts";
import { resourceTypes, resourcesOf, type StackState } from "../pulumi/stack-state.ts";

export interface TakeDownOptions {
  /** Forgets images and volumes too; false keeps them in the state, so the next `up` is quick. */
  readonly everything: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Removes the stack's containers and its network, those that the state has lost included.
 *
 * @throws StackError with what is left when it is interrupted.
 */
export async function takeDown(
  session: Session,
  marks: StackMarks,
  state: StackState,
  options: TakeDownOptions,
): Promise<void> {
  const remedy =
    "Run ./stack down again to remove the rest, or ./stack up to have all of it again.";
  const left = () => interruptedChange(session.docker, marks, remedy);
  await interruptible(options.signal, left, () => removeAll(session, marks, state, options));
}

async function removeAll(
  session: Session,
  marks: StackMarks,
  state: StackState,
  { everything, report, signal }: TakeDownOptions,
): Promise<void> {
  const { workspace, engine, docker } = session;
  await requireOwnNetwork(docker, marks);
  await releaseDeadLock(workspace, signal);
  if (state.resources.length > 0 || state.pending.length > 0) {
    const world = await inspectWorld(docker, marks, state);
    await settleEngine(session, state, world, marks);
    const deployment = await openDeployment(workspace, engine, undefined);
    const divergence = diverge(state, world);
    await reconcile(docker, deployment, divergence, signal);
    const remaining = await readState(workspace, engine);
    const targets = [resourceTypes.container, resourceTypes.network]
      .flatMap((type) => resourcesOf(remaining, type))
      .map(({ urn }) => urn);
    if (everything || targets.length > 0) {
      await destroy(deployment, everything ? undefined : targets, { report, signal });
    }
  }
  signal.throwIfAborted();
  await sweep(session, marks, signal);
}

async function destroy(
  deployment: Deployment,
  targets: string[] | undefined,
  { report, signal }: Pick<TakeDownOptions, "report" | "signal">,
): Promise<void> {
  const { errors, onEvent } = collectErrors();
  try {
    await deployment.destroy({
      signal,
      ...(targets && { targets }),
      onEvent: (event) => {
        onEvent(event);
        const activity = activityOf(event);
        if (activity && activity.phase !== "images") report(activity);
      },
    });
  } catch (error) {
    if (signal.aborted || error instanceof StackError) throw error;
    throw removalError([...errors.values()].flat(), error);
  }
}

function removalError(messages: readonly string[], cause: unknown): StackError {
  const lines = messages.flatMap((message) => message.split("\n")).filter((line) => line !== "");
  return new StackError("The stack could not be taken down completely.", {
    details: lines.slice(-15),
    remedy: "Run ./stack down again: it continues from here. --debug shows the engine's own words.",
    cause,
  });
}

/** What has the stack's mark and no state knows of: never volumes. */
async function sweep({ docker }: Session, marks: StackMarks, signal: AbortSignal): Promise<void> {
  for (const { id } of await listContainers(docker, marks)) {
    signal.throwIfAborted();
    await removeContainer(docker, id);
  }
  for (const { Id } of await docker.listNetworks({ filters: labelFilter(marks) })) {
    await unlessMissing(() => docker.getNetwork(Id).remove());
  }
}
