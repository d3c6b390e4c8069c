import { StackError } from "../../infra/stack-error.ts";
import { requireNoUnfinishedRestore } from "../backup/undo-restore.ts";
import { defineCommand } from "../command-line/command.ts";
import { withServices } from "../command-line/services-argument.ts";
import { unlessMissing } from "../docker/docker-client.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { gateError } from "../diagnosis/service-error.ts";
import { healthGate } from "../stack/health-gate.ts";
import { unlessAborted } from "../os/poll.ts";
import { requireRunningStack, requireServices } from "../stack/running-stack.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";
import { bringUp } from "../deploy/bring-up.ts";

export const restart = defineCommand({
  options: (parser) =>
    withServices(parser, "Services to restart (all, when none is named)").option("build", {
      type: "boolean",
      default: false,
      describe: "Build the images and apply the settings first, as up does",
    }),
  examples: [["./stack restart agent", "the agent alone"]],
  changes: true,
  run: async (context, { services, build }) => {
    const { report, signal } = context;
    const session = await openSession(context);
    const desired = desiredOf(context, await session.settings());
    if (build) {
      await bringUp(session, desired, { build, report, signal, again: "./stack restart --build" });
    } else {
      // A service that started on half restored data would write into it.
      await requireNoUnfinishedRestore(session, desired, report);
    }
    const { containers } = await requireRunningStack(session);
    const known = desired.specs.map(({ name }) => name);
    requireServices(services, known);
    const wanted = known.filter((name) => services.length === 0 || services.includes(name));
    for (const service of wanted) {
      const container = containers.find((candidate) => candidate.service === service);
      const grace = desired.specs.find(({ name }) => name === service)?.stopGraceSeconds ?? 10;
      if (!container) continue;
      const say = (status: "running" | "done", message: string) => {
        report({ phase: "services", subject: service, status, message });
      };
      say("running", "restarting");
      try {
        await unlessMissing(() =>
          unlessAborted(
            () => session.docker.getContainer(container.id).restart({ t: grace }),
            signal,
          ),
        );
        say("running", "waiting for its health check");
        const [unhealthy] = await healthGate(session.docker, desired.identity, [service], {
          patienceMilliseconds: 180_000,
          signal,
        });
        if (unhealthy) throw await gateError(session, desired, [unhealthy]);
      } catch (error) {
        throw signal.aborted ? interruptedError(service) : error;
      }
      say("done", "healthy");
    }
    return {
      text: `Restarted and healthy: ${wanted.join(", ")}.`,
      data: { services: wanted },
    };
  },
});

/** Docker finishes a restart that it was asked for, whoever waits for it. */
function interruptedError(service: string): StackError {
  return new StackError(
    `Interrupted: ${service} is starting again, and Docker finishes that by itself.`,
    {
      remedy: "See when all is healthy: ./stack health --wait",
      exitCode: exitCodes.interrupted,
    },
  );
}
