import type { automation } from "@pulumi/pulumi";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { BringUpOptions } from "./bring-up-options.ts";
import type { Report } from "../output/activity.ts";
import { requireNoUnfinishedRestore } from "../backup/undo-restore.ts";
import {
  type DataVolume,
  describeUnreadData,
  listDataVolumes,
  unreadData,
} from "../stack/data-formats.ts";
import { type Deployment, loadEngineSdk, openDeployment } from "../pulumi/deployment.ts";
import { readState } from "../pulumi/read-state.ts";
import { activityOf, collectErrors } from "../pulumi/engine-events.ts";
import { requireMovedVolumes } from "./require-moved-volumes.ts";
import { requireFreePorts } from "../ports/require-free-ports.ts";
import { requireMemory } from "./require-memory.ts";
import { healthGate, type Unhealthy } from "../stack/health-gate.ts";
import { rememberGood } from "../history/remember-good.ts";
import { buildAlone } from "./build-alone.ts";
import { canBuildHere } from "../docker/images/can-build.ts";
import { pullImages } from "../docker/images/pull-images.ts";
import { firstFailure } from "../os/first-failure.ts";
import { reconcile } from "./reconcile.ts";
import type { Divergence, World } from "../stack/divergence.ts";
import { requireOwnNames } from "./require-own-names.ts";
import { requireSameArchitecture } from "./require-same-architecture.ts";
import { settleEngine } from "../stack/same-engine.ts";
import type { Session } from "../stack/session.ts";
import {
  resourceName,
  resourceTypes,
  resourcesOf,
  type StackState,
} from "../pulumi/stack-state.ts";
import { requireDockerCli } from "../docker/host/docker-cli.ts";
import { updateError } from "./update-error.ts";
import { gateError } from "../diagnosis/service-error.ts";
import { watchUpdate } from "./watch-update.ts";

/** How things stand before a change. */
export interface Standing {
  readonly state: StackState;
  readonly world: World;
  readonly divergence: Divergence;
  /** False while a restore that was cut short can't be undone, because its stores are away. */
  readonly isDataWhole: boolean;
}

/**
 * What `bringUp` does where something is to be done: repair, update, and the health gate.
 *
 * @throws StackError with the cause shown, when a service can't be brought up.
 */
export async function changeWorld(
  session: Session,
  desired: DesiredStack,
  { state, world, divergence, isDataWhole }: Standing,
  options: BringUpOptions,
): Promise<void> {
  const { workspace, engine, docker } = session;
  const { signal } = options;
  const marks = desired.identity;
  const forced = options.replace ?? [];
  // Before anything is pulled or changed: a machine that lacks a tool is told so first.
  await requireDockerCli(engine.environment, session.address, signal);
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
  const gate = () => healthGate(docker, marks, services, { patienceMilliseconds: 60_000, signal });
  let unhealthy = await gate();
  const older = unhealthy.filter(({ state: found }) => found && before.includes(found.id));
  if (older.length > 0) {
    await replaceOlder(session, desired, deployment, older, { before, options });
    unhealthy = await gate();
  }
  if (unhealthy.length > 0) throw await gateError(session, desired, unhealthy);

  const [after, volumes] = await Promise.all([
    readState(workspace, engine),
    listDataVolumes(docker, marks),
  ]);
  if (!isDataWhole) await requireNoUnfinishedRestore(session, desired, options.report);
  await rememberGood(session, desired, after);
  tellOfLeftData(desired, volumes, state, options.report);
}

/**
 * Replaces containers that were "starting" before this update and turned unhealthy since: a new one may
 * have what they lost, such as a file that was changed inside them.
 */
async function replaceOlder(
  session: Session,
  desired: DesiredStack,
  deployment: Deployment,
  older: readonly Unhealthy[],
  { before, options }: { readonly before: readonly string[]; readonly options: BringUpOptions },
): Promise<void> {
  const services = older.map(({ service }) => service);
  for (const subject of services) {
    const message = "turned unhealthy: replacing its container";
    options.report({ phase: "services", subject, status: "warning", message });
  }
  const state = await readState(session.workspace, session.engine);
  const replace = resourcesOf(state, resourceTypes.container)
    .map(({ urn }) => urn)
    .filter((urn) => services.includes(resourceName(urn)));
  await update(session, desired, deployment, { replace, before }, options);
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
