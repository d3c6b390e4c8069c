import type { StackOutputs } from "../../infra/program/agent-stack.ts";
import { labelNames } from "../../infra/render-container.ts";
import { StackError } from "../../infra/stack-error.ts";
import { type ContainerState, listContainers } from "../docker/container-state.ts";
import type { StackMarks } from "../docker/docker-client.ts";
import { readState } from "../pulumi/read-state.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { Session } from "./session.ts";
import { outputsOf } from "../pulumi/stack-state.ts";

/** A stack that is up, as its own outputs and Docker describe it. */
export interface RunningStack {
  readonly outputs: StackOutputs;
  readonly marks: StackMarks;
  readonly containers: readonly ContainerState[];
  /** False while no `up` has come to its end; the outputs are then what the settings ask for. */
  readonly complete: boolean;
}

/**
 * Finds the stack by its outputs alone: no settings are read, so nothing is believed that the last
 * `up` did not apply. Only where no `up` was ever finished are the settings asked.
 */
export async function findRunningStack(session: Session): Promise<RunningStack | undefined> {
  const state = await readState(session.workspace, session.engine);
  const outputs = outputsOf(state);
  if (!outputs) return findUnfinished(session);
  const marks = { owner: ownerOf(outputs), stackName: session.workspace.stackName };
  const containers = await listContainers(session.docker, marks);
  // After `down` the outputs are still in the state.
  return containers.length > 0 ? { outputs, marks, containers, complete: true } : undefined;
}

/** What a first `up` that failed has left standing. */
async function findUnfinished(session: Session): Promise<RunningStack | undefined> {
  const settings = await session.settings().catch(notYetSet);
  if (!settings) return undefined;
  const { desiredOf } = await import("./desired-of.ts");
  const desired = desiredOf(session.workspace, settings);
  const marks = desired.identity;
  const containers = await listContainers(session.docker, marks);
  if (containers.length === 0) return undefined;
  const names = desired.containers.map(({ service, args }): [string, string] => [
    service,
    args.name,
  ]);
  const { addresses, healthPages, record } = desired;
  const outputs = {
    addresses,
    healthPages,
    applied: record,
    containers: Object.fromEntries(names),
  };
  return { outputs, marks, containers, complete: false };
}

/** Before the first `up` there are no secrets, and so no settings. */
function notYetSet(error: unknown): undefined {
  if (!(error instanceof StackError)) throw error;
}

export async function requireRunningStack(session: Session): Promise<RunningStack> {
  const running = await findRunningStack(session);
  if (running) return running;
  throw notUpError(session.workspace.stackName);
}

export function notUpError(stackName: string): StackError {
  return new StackError(`The stack ${stackName} is not up.`, {
    remedy: `Start it with: ./stack up`,
  });
}

/** The owner is in the labels of every applied container. */
export function ownerOf(outputs: StackOutputs): string {
  const [service] = Object.values(outputs.applied.services);
  return service?.args.labels.find(({ label }) => label === labelNames.owner)?.value ?? "";
}

export function requireServices(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new StackError(`The stack has no service called ${unknown.join(", ")}.`, {
    remedy: `Its services are: ${known.join(", ")}.`,
    exitCode: exitCodes.usage,
  });
}
