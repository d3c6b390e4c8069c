import { serviceFacts } from "../../infra/rendering.ts";
import type { CommandContext } from "../command-line/command.ts";
import { isBroken } from "../docker/container-state.ts";
import { openDeployment } from "../pulumi/deployment.ts";
import { readState } from "../pulumi/read-state.ts";
import { inspectWorld, isCutOff, type World } from "../stack/divergence.ts";
import { requireSameEngine } from "../stack/same-engine.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";
import { outputsOf, type StackState } from "../pulumi/stack-state.ts";
import type { Change } from "./change.ts";
import { describeChanges } from "./describe-changes.ts";
import { engineSteps } from "./engine-steps.ts";

/** What `up` would change of the real stack: the engine says what, the applied record why. */
export async function compareLive(context: CommandContext): Promise<readonly Change[]> {
  const session = await openSession(context);
  const desired = desiredOf(context, await session.settings());
  const state = await readState(session.workspace, session.engine);
  const world = await inspectWorld(session.docker, desired.identity, state);
  await requireSameEngine(session, state, world, desired.identity);
  const deployment = await openDeployment(session.workspace, session.engine, desired);
  const steps = await engineSteps(deployment, context.signal);
  const outputs = outputsOf(state);
  const before = { services: outputs?.applied.services ?? {} };
  const gone = notServing(state, world, outputs ? Object.keys(outputs.containers) : []);
  return describeChanges(steps, before, { services: serviceFacts(desired) }, gone);
}

/** Applied services that `up` would have to repair, and what is wrong with each. */
function notServing(
  state: StackState,
  world: World,
  services: readonly string[],
): Map<string, string> {
  const found = services.flatMap((service): [string, string][] => {
    const container = world.containers.find((candidate) => candidate.service === service);
    if (!container) return [[service, "missing"]];
    if (!isBroken(container)) {
      return isCutOff(container, state) ? [[service, "not on the stack's network"]] : [];
    }
    if (!container.running) return [[service, `stopped (exit ${container.exitCode})`]];
    if (container.paused) return [[service, "paused"]];
    return [[service, container.health === "starting" ? "keeps ending" : container.health]];
  });
  return new Map(found);
}
