import { defineCommand } from "../command.ts";
import { withServices } from "../services-argument.ts";
import { unlessMissing } from "../containers/docker-client.ts";
import { exitCodes } from "../exit-codes.ts";
import { gateError } from "../up-failure.ts";
import { healthGate } from "../health-gate.ts";
import { requireRunningStack, requireServices } from "../running-stack.ts";
import { desiredOf, openSession } from "../session.ts";
import { bringUp } from "../bring-up.ts";
import { lockStack } from "../stack-lock.ts";
import { keepingSettingsTidy } from "../stack-settings-file.ts";
import { workspaceOf } from "../workspace.ts";

export const restart = defineCommand({
  usage: "restart [services..]",
  describe: "Restart services in start order, and wait until they are healthy",
  options: (parser) =>
    withServices(parser, "Services to restart (all, when none is named)").option("build", {
      type: "boolean",
      default: false,
      describe: "Build the images and apply the settings first, as up does",
    }),
  examples: [["./stack restart agent", "the agent alone"]],
  run: async ({ services, build }, context) => {
    const { root, stackName, report, signal } = context;
    const unlock = lockStack(workspaceOf(root, stackName), "restart");
    try {
      const session = await openSession(context);
      const desired = desiredOf(context, await session.settings());
      if (build) {
        await keepingSettingsTidy(root, stackName, () =>
          bringUp(session, desired, { build, report, signal }),
        );
      }
      const { containers } = await requireRunningStack(session);
      const known = desired.specs.map(({ name }) => name);
      requireServices(services, known);
      const wanted = known.filter((name) => services.length === 0 || services.includes(name));
      for (const service of wanted) {
        const container = containers.find((candidate) => candidate.service === service);
        const grace = desired.specs.find(({ name }) => name === service)?.stopGraceSeconds ?? 10;
        if (!container) continue;
        report({ phase: "services", subject: service, status: "running", message: "restarting" });
        await unlessMissing(() => session.docker.getContainer(container.id).restart({ t: grace }));
        const [unhealthy] = await healthGate(session.docker, desired.identity, [service], 180_000);
        if (unhealthy) throw await gateError(session, desired, [unhealthy]);
        report({ phase: "services", subject: service, status: "done", message: "healthy" });
      }
      context.endProgress();
      context.print(`Restarted and healthy: ${wanted.join(", ")}.`);
      context.result({ command: "restart", services: wanted });
      return exitCodes.done;
    } finally {
      unlock();
    }
  },
});
