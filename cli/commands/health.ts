import { colours as pc } from "../output/colours.ts";
import { defineCommand } from "../command-line/command.ts";
import { withServices } from "../command-line/services-argument.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { poll } from "../os/poll.ts";
import { type HealthReport, probeService } from "../stack/probe-service.ts";
import { table } from "../output/table.ts";
import { requireRunningStack, requireServices } from "../stack/running-stack.ts";
import { openSession, type Session } from "../stack/session.ts";

export const health = defineCommand({
  options: (parser) =>
    withServices(parser, "Services to probe (all, when none is named)")
      .option("wait", { type: "boolean", default: false, describe: "Wait until all are healthy" })
      .option("timeout", { type: "number", default: 120, describe: "Seconds to wait at most" }),
  examples: [["./stack health --wait --timeout 60", "return when all is healthy"]],
  run: async (context, { services, wait, timeout }) => {
    const session = await openSession(context);
    const reports = await poll(() => probeAll(session, services), {
      every: 1000,
      within: wait ? timeout * 1000 : 0,
      until: (found) => found.every(({ healthy }) => healthy),
      signal: context.signal,
    });
    return {
      text: render(reports),
      data: { services: reports },
      exitCode: reports.every(({ healthy }) => healthy) ? exitCodes.done : exitCodes.failed,
    };
  },
});

async function probeAll(session: Session, services: readonly string[]): Promise<HealthReport[]> {
  const running = await requireRunningStack(session);
  const known = Object.keys(running.outputs.containers);
  requireServices(services, known);
  const wanted = services.length > 0 ? services : known;
  return Promise.all(wanted.map((service) => probeService(session, running, service)));
}

function render(reports: readonly HealthReport[]): string {
  const rows = reports.map(({ service, healthy, check, http, milliseconds }) => [
    healthy ? pc.green("✓") : pc.red("✗"),
    service,
    check,
    http ?? "-",
    `${milliseconds} ms`,
  ]);
  const header = ["", "SERVICE", "CHECK", "HTTP", "TOOK"].map((text) => pc.dim(text));
  return table([header, ...rows]);
}
