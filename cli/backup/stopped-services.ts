import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { Report } from "../output/activity.ts";
import { verdict } from "../docker/container-state.ts";
import { unlessMissing } from "../docker/docker-client.ts";
import { type Unhealthy, unhealthyNow } from "../stack/health-gate.ts";
import { poll } from "../os/poll.ts";
import type { RunningStack } from "../stack/running-stack.ts";
import type { Session } from "../stack/session.ts";
import { gateError } from "../diagnosis/service-error.ts";
import type { PartName } from "./manifest.ts";
import { touchesData } from "./stores.ts";

const healthPatienceMilliseconds = 180_000;

/** The services that must not run while `parts` are replaced. */
export function dataServices(
  session: Session,
  running: RunningStack,
  desired: DesiredStack,
  parts: readonly PartName[],
  report: Report,
) {
  const services = desired.specs
    .filter((spec) => touchesData(spec, parts))
    .flatMap((spec) => {
      const found = running.containers.find(({ service }) => service === spec.name);
      return found ? [{ name: spec.name, id: found.id, grace: spec.stopGraceSeconds }] : [];
    });
  const say = (subject: string, status: "running" | "done", message: string) => {
    report({ phase: "services", subject, status, message });
  };
  return {
    stop: async (): Promise<void> => {
      await Promise.all(
        services.map(async ({ name, id, grace }) => {
          say(name, "running", "stopping");
          await unlessSo(() => session.docker.getContainer(id).stop({ t: grace }));
        }),
      );
    },
    start: async (signal?: AbortSignal): Promise<void> => {
      for (const { name, id } of services) {
        say(name, "running", "starting");
        await unlessSo(() => session.docker.getContainer(id).start());
      }
      const names = services.map(({ name }) => name);
      const unhealthy = await unhealthyOnes(session, running, names, signal);
      if (unhealthy.length > 0) throw await gateError(session, desired, unhealthy);
      for (const name of names) say(name, "done", "healthy");
    },
  };
}

/** Those that do not turn healthy; one that can't any more is not waited for. */
export async function unhealthyOnes(
  { docker }: Session,
  { marks }: RunningStack,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Unhealthy[]> {
  const isLost = ({ state }: Unhealthy) => state && verdict(state) !== undefined;
  const unhealthy = await poll(() => unhealthyNow(docker, marks, names), {
    every: 500,
    within: healthPatienceMilliseconds,
    until: (found) => found.length === 0 || found.some(isLost),
    ...(signal && { signal }),
  });
  const lost = unhealthy.filter(isLost);
  return lost.length > 0 ? lost : unhealthy;
}

/** Docker answers 304 where a container already is what it was told to be. */
async function unlessSo(action: () => Promise<unknown>): Promise<void> {
  try {
    await unlessMissing(action);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 304) throw error;
  }
}
