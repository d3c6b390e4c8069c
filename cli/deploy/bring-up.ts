import type { automation } from "@pulumi/pulumi";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { Report } from "../output/activity.ts";
import { requireNoUnfinishedRestore, undoUnfinishedRestore } from "../backup/undo-restore.ts";
import {
  type DataVolume,
  describeUnreadData,
  listDataVolumes,
  unreadData,
} from "../stack/data-formats.ts";
import { type Deployment, loadEngineSdk, openDeployment } from "../pulumi/deployment.ts";
import { readState } from "../pulumi/read-state.ts";
import { activityOf, collectErrors } from "../pulumi/engine-events.ts";
import { releaseDeadLock } from "../pulumi/engine-lock.ts";
import { interruptedChange } from "./interrupted-change.ts";
import { firstFailure } from "../os/first-failure.ts";
import { interruptible } from "../os/interruptible.ts";
import { requireMovedVolumes } from "./require-moved-volumes.ts";
import { requireFreePorts } from "../ports/require-free-ports.ts";
import { requireMemory } from "./require-memory.ts";
import { healthGate } from "../stack/health-gate.ts";
import { rememberGood } from "../history/remember-good.ts";
import { buildAlone } from "./build-alone.ts";
import { canBuildHere } from "../docker/images/can-build.ts";
import { pullImages } from "../docker/images/pull-images.ts";
import { isUpToDate } from "./is-up-to-date.ts";
import { requireRightPassphrase } from "../stack/passphrase.ts";
import { reconcile } from "./reconcile.ts";
import { diverge, inspectWorld } from "../stack/divergence.ts";
import { requireOwnNames } from "./require-own-names.ts";
import { requireSameArchitecture } from "./require-same-architecture.ts";
import { settleEngine } from "../stack/same-engine.ts";
import type { Session } from "../stack/session.ts";
import { resourceTypes, resourcesOf, type StackState } from "../pulumi/stack-state.ts";
import { updateError } from "./update-error.ts";
import { gateError } from "../diagnosis/service-error.ts";
import { watchUpdate } from "./watch-update.ts";

export interface BringUpOptions {
  /** Builds every image again, from cached layers where their content is the same. */
  readonly build: boolean;
  /** URNs to make again though state and world agree on them. */
  readonly replace?: readonly string[];
  /** Called when every published image is on this machine, before anything is changed. */
  readonly imagesAreHere?: () => void;
  /** The command that finishes what Ctrl-C interrupts; `up` when left out. */
  readonly again?: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Makes the world equal `desired`: repairs what was interrupted or changed by hand, updates, and
 * believes only Docker's own word that every service is healthy.
 *
 * @returns "unchanged" where there was nothing to do.
 * @throws StackError with the cause shown, when a service can't be brought up, and with what runs then
 *   when it is interrupted.
 */
export async function bringUp(
  session: Session,
  desired: DesiredStack,
  options: BringUpOptions,
): Promise<"unchanged" | "updated"> {
  const remedy = `Run ${options.again ?? "./stack up"} again to finish; it continues from here.`;
  const left = () => interruptedChange(session.docker, desired.identity, remedy);
  return interruptible(options.signal, left, () => makeEqual(session, desired, options));
}

async function makeEqual(
  session: Session,
  desired: DesiredStack,
  options: BringUpOptions,
): Promise<"unchanged" | "updated"> {
  const { workspace, engine, docker } = session;
  const { signal } = options;
  await releaseDeadLock(workspace, signal);
  const marks = desired.identity;
  const isDataWhole = await undoUnfinishedRestore(session, desired, options.report);
  const state = await readState(workspace, engine);
  const [world] = await Promise.all([
    inspectWorld(docker, marks, state),
    requireRightPassphrase(state, engine.environment),
  ]);
  const divergence = diverge(state, world);
  const forced = options.replace ?? [];
  if (
    isDataWhole &&
    !options.build &&
    forced.length === 0 &&
    isUpToDate(desired, state, world, divergence)
  )
    return "unchanged";

  // Before anything is pulled or changed: a machine that can't have an engine is told so first.
  await engine.program();
  await settleEngine(session, state, world, marks);
  await firstFailure([
    listDataVolumes(docker, marks).then((volumes) => {
      requireMovedVolumes(desired, volumes, state);
    }),
    ...(world.containers.length === 0 ? [requireMemory(docker, desired, options.report)] : []),
    requireSameArchitecture(docker, desired),
    requireOwnNames(docker, desired),
    requireFreePorts(session, desired, world.containers),
    // Most of a second, for which Docker need not wait.
    loadEngineSdk(),
  ]);
  await pullPublishedImages(session, desired, state, options);
  options.imagesAreHere?.();
  const deployment = await openDeployment(workspace, engine, desired);
  await reconcile(docker, deployment, divergence, signal);
  // What is gone is made anyway, and the engine refuses to replace what it doesn't know.
  const known = forced.filter((urn) => !divergence.missing.includes(urn));
  const replace = [
    ...new Set([...divergence.replace, ...known, ...(options.build ? imageUrns(state) : [])]),
  ];
  const before = world.containers.map(({ id }) => id);
  await update(session, desired, deployment, { replace, before }, options);

  const services = desired.specs.map(({ name }) => name);
  const [unhealthy, after, volumes] = await Promise.all([
    healthGate(docker, marks, services, { patienceMilliseconds: 60_000, signal }),
    readState(workspace, engine),
    listDataVolumes(docker, marks),
  ]);
  if (unhealthy.length > 0) throw await gateError(session, desired, unhealthy);
  if (!isDataWhole) await requireNoUnfinishedRestore(session, desired, options.report);
  await rememberGood(session, desired, after);
  tellOfLeftData(desired, volumes, state, options.report);
  return "updated";
}

/** A rollback's images are here: it checks that itself. */
async function pullPublishedImages(
  { docker, engine }: Session,
  { images }: DesiredStack,
  state: StackState,
  { report, signal }: BringUpOptions,
): Promise<void> {
  if ("kept" in images) return;
  const { environment } = engine;
  // Where there is data, another source of images could not read it.
  const hasData = resourcesOf(state, resourceTypes.volume).length > 0;
  const canBuild = !hasData && canBuildHere(environment);
  await pullImages(images, { docker, environment, report, signal, canBuild });
}

/** Says which data this update has left behind; what was left before is for the doctor. */
function tellOfLeftData(
  desired: DesiredStack,
  volumes: readonly DataVolume[],
  before: StackState,
  report: Report,
): void {
  const read = resourcesOf(before, resourceTypes.volume).map(({ outputs }) => outputs?.["name"]);
  const left = volumes.filter(({ name }) => read.includes(name));
  for (const data of unreadData(desired, left)) {
    report({
      ...{ phase: "services", subject: data.dataFormat, status: "warning" },
      message: describeUnreadData(data),
    });
  }
}

function imageUrns(state: StackState): string[] {
  return resourcesOf(state, resourceTypes.image).map(({ urn }) => urn);
}

async function update(
  session: Session,
  desired: DesiredStack,
  deployment: Deployment,
  { replace, before }: { readonly replace: string[]; readonly before: readonly string[] },
  { report, signal }: BringUpOptions,
): Promise<void> {
  const { docker, workspace } = session;
  const services = new Map<string, number>();
  const images = new Map<string, number>();
  const collected = collectErrors();
  const watch = watchUpdate({
    docker,
    marks: desired.identity,
    workspace,
    work: { services, images },
    before,
    report,
  });
  const onEvent = (event: automation.EngineEvent): void => {
    collected.onEvent(event);
    const activity = activityOf(event);
    if (!activity) return;
    const { subject, phase, status } = activity;
    const work = phase === "images" ? images : services;
    if (status === "running") work.set(subject, Date.now());
    else work.delete(subject);
    // The watch has said why already; the engine only knows that.
    const known = status === "failed" && watch.failures.some(({ service }) => service === subject);
    if (known) return;
    const isStopped = status === "failed" && signal.aborted;
    report(isStopped ? { ...activity, status: "unchanged", message: "stopped" } : activity);
  };
  let releasing: Promise<void> | undefined;
  const interrupted = () => {
    // The engine lets a build come to its end, which may take minutes.
    for (const subject of images.keys()) {
      const message = "finishing its build; Ctrl-C again ends at once";
      report({ phase: "images", subject, status: "warning", message });
    }
    releasing = watch.releaseWaiting();
  };
  signal.addEventListener("abort", interrupted, { once: true });
  try {
    const builder = { docker, environment: session.engine.environment, report, signal };
    await buildAlone(builder, desired, (onBuildEvent) => {
      const both = (event: automation.EngineEvent) => {
        onBuildEvent(event);
        onEvent(event);
      };
      return deployment.update({ onEvent: both, replace, signal });
    });
  } catch (error) {
    await watch.stop();
    signal.throwIfAborted();
    throw updateError({ error, watch, errors: collected.errors, desired, workspace });
  } finally {
    signal.removeEventListener("abort", interrupted);
    await watch.stop();
    await releasing;
  }
  signal.throwIfAborted();
}
