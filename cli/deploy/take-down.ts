import type Docker from "dockerode";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { inspectContainer, listContainers } from "../docker/container-state.ts";
import { labelFilter, type StackMarks, unlessMissing } from "../docker/docker-client.ts";
import { openDeployment } from "../pulumi/deployment.ts";
import { readState } from "../pulumi/read-state.ts";
import { activityOf, collectErrors } from "../pulumi/engine-events.ts";
import { releaseDeadLock } from "../pulumi/engine-lock.ts";
import { forgetResources } from "../pulumi/forget-resources.ts";
import { forgettable } from "./forgettable.ts";
import { interruptedChange } from "./interrupted-change.ts";
import { firstFailure } from "../os/first-failure.ts";
import { interruptible } from "../os/interruptible.ts";
import { poll } from "../os/poll.ts";
import { reconcile } from "./reconcile.ts";
import { removeContainers } from "./remove-containers.ts";
import { requireOwnNetwork } from "./require-own-network.ts";
import { diverge, inspectWorld } from "../stack/divergence.ts";
import { requireRightPassphrase } from "../stack/passphrase.ts";
import { type SeenOnEngine, settleEngine } from "../stack/same-engine.ts";
import type { Session } from "../stack/session.ts";
import { emptyState, resourceTypes, resourcesOf, type StackState } from "../pulumi/stack-state.ts";
import { stopOrder } from "./stop-order.ts";

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

/**
 * Docker itself is told to remove what there is, much of it at once. The state forgets it once the last container
 * has been told to stop: from there on nothing keeps it running. Killed before that, the state knows of some that
 * are gone, as after a removal by hand; killed after it, some may be left that it does not know. The next `up` or
 * `down` repairs the one and finds the other by its label.
 */
async function removeAll(
  session: Session,
  marks: StackMarks,
  state: StackState,
  options: TakeDownOptions,
): Promise<void> {
  const { workspace, engine, docker } = session;
  const { everything, signal } = options;
  await releaseDeadLock(workspace, signal);
  const isKnown = state.resources.length > 0 || state.pending.length > 0;
  const [seen] = await Promise.all([
    seenOnEngine(docker, marks, state),
    requireRightPassphrase(state, engine.environment, workspace),
    // Before anything stops: the state could not learn of it where there is no engine.
    ...(isKnown ? [engine.program()] : []),
  ]);
  const own = seen.containers.map(({ id }) => id);
  await requireOwnNetwork(docker, seen.networks, own);
  await settleEngine(session, state, seen, marks);
  const urns = forgettable(state, everything);
  if (!urns) await destroyByEngine(session, marks, state, options);
  const { containers, networks } = urns ? seen : await seenOnEngine(docker, marks, emptyState);
  const removal = removeContainers(docker, stopOrder(containers, state), options);
  await firstFailure([
    removal.done.then(() => removeNetworks(docker, networks, signal)),
    removal.allBegun.then(async () => {
      if (urns && urns.length > 0) await forgetResources(workspace, engine, urns);
    }),
  ]);
}

/** What has the stack's mark, and what the state knows; never volumes. */
async function seenOnEngine(
  docker: Docker,
  marks: StackMarks,
  state: StackState,
): Promise<SeenOnEngine> {
  const [marked, networks] = await Promise.all([
    listContainers(docker, marks),
    docker.listNetworks({ filters: labelFilter(marks) }),
  ]);
  const idsOf = (type: string) => resourcesOf(state, type).flatMap(({ id }) => id ?? []);
  const isNew = (id: string) => !marked.some((container) => container.id === id);
  const unmarked = await Promise.all(
    idsOf(resourceTypes.container)
      .filter(isNew)
      .map((id) => inspectContainer(docker, id)),
  );
  return {
    containers: [...marked, ...unmarked.filter((found) => found !== undefined)],
    networks: [...new Set([...networks.map(({ Id }) => Id), ...idsOf(resourceTypes.network)])],
  };
}

/** Docker may need a moment until it has let the last container go. */
const networkPatienceMilliseconds = 10_000;

async function removeNetworks(
  docker: Docker,
  networks: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const id of networks) {
    const remove = () => unlessMissing(() => docker.getNetwork(id).remove());
    const inUse = await poll(() => remove().catch(ifInUse), {
      every: 200,
      within: networkPatienceMilliseconds,
      until: (error) => error === undefined,
      signal,
    });
    if (!inUse) continue;
    await requireOwnNetwork(docker, [id], []);
    throw inUse;
  }
}

function ifInUse(error: unknown): Error {
  if ((error as { statusCode?: number }).statusCode !== 403) throw error;
  return error as Error;
}

/** Where the state has more than what Docker alone can remove, or something that was never finished. */
async function destroyByEngine(
  { workspace, engine, docker }: Session,
  marks: StackMarks,
  state: StackState,
  { everything, report, signal }: TakeDownOptions,
): Promise<void> {
  const divergence = diverge(state, await inspectWorld(docker, marks, state));
  const deployment = await openDeployment(workspace, engine, undefined);
  await reconcile(docker, deployment, divergence, signal);
  const remaining = await readState(workspace, engine);
  const targets = [resourceTypes.container, resourceTypes.network]
    .flatMap((type) => resourcesOf(remaining, type))
    .map(({ urn }) => urn);
  if (!everything && targets.length === 0) return;
  const { errors, onEvent } = collectErrors();
  try {
    await deployment.destroy({
      signal,
      ...(!everything && { targets }),
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
