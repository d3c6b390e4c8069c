import type { Report } from "./activity.ts";
import { listContainers } from "./containers/container-state.ts";
import { labelFilter, type StackMarks, unlessMissing } from "./containers/docker-client.ts";
import { removeContainer } from "./containers/remove-container.ts";
import { openDeployment, readState } from "./deployment.ts";
import { activityOf } from "./engine-events.ts";
import { releaseDeadLock } from "./engine-lock.ts";
import { diverge, inspectWorld, reconcile } from "./reconcile.ts";
import { requireOwnNetwork } from "./require-own-network.ts";
import type { Session } from "./session.ts";
import { resourceTypes, resourcesOf, type StackState } from "./stack-state.ts";

export interface TakeDownOptions {
  /** Forgets images and volumes too; false keeps them in the state, so the next `up` is quick. */
  readonly everything: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Removes the stack's containers and its network, those that the state has lost included. */
export async function takeDown(
  session: Session,
  marks: StackMarks,
  state: StackState,
  { everything, report, signal }: TakeDownOptions,
): Promise<void> {
  const { workspace, engine, docker } = session;
  await requireOwnNetwork(docker, marks);
  if (state.resources.length > 0 || state.pending.length > 0) {
    const deployment = await openDeployment(workspace, engine, undefined);
    await releaseDeadLock(workspace, deployment);
    await reconcile(docker, deployment, diverge(state, await inspectWorld(docker, marks, state)));
    const remaining = await readState(workspace, engine);
    const targets = [resourceTypes.container, resourceTypes.network]
      .flatMap((type) => resourcesOf(remaining, type))
      .map(({ urn }) => urn);
    if (everything || targets.length > 0) {
      await deployment.destroy({
        signal,
        ...(!everything && { targets }),
        onEvent: (event) => {
          const activity = activityOf(event);
          if (activity && activity.phase !== "images") report(activity);
        },
      });
    }
  }
  await sweep(session, marks);
}

/** What bears the stack's mark and no state knows of: never volumes. */
async function sweep({ docker }: Session, marks: StackMarks): Promise<void> {
  for (const { id } of await listContainers(docker, marks)) await removeContainer(docker, id);
  for (const { Id } of await docker.listNetworks({ filters: labelFilter(marks) })) {
    await unlessMissing(() => docker.getNetwork(Id).remove());
  }
}
