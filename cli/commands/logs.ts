import { defineCommand } from "../command-line/command.ts";
import { withServices } from "../command-line/services-argument.ts";
import { followLogs } from "../docker/follow-logs.ts";
import { sinceSeconds } from "../command-line/since-seconds.ts";
import { requireRunningStack, requireServices } from "../stack/running-stack.ts";
import { openSession } from "../stack/session.ts";

/** Off a terminal nobody types Ctrl-C, so following ends by itself. */
const unattendedSeconds = 60;

export const logs = defineCommand({
  options: (parser) =>
    withServices(parser, "Services to show (all, when none is named)")
      .option("tail", {
        alias: "t",
        type: "number",
        default: 100,
        describe: "Show the last N lines",
      })
      .option("since", { type: "string", describe: "Only newer than: 30s, 5m, 2h, or a date" })
      .option("follow", {
        alias: "f",
        type: "boolean",
        default: false,
        describe: "Stream new lines",
      })
      .option("probes", {
        type: "boolean",
        default: false,
        describe: "Show health checks too",
      })
      .option("timeout", {
        type: "number",
        describe: `Seconds to follow (off a terminal ${unattendedSeconds}, else until Ctrl-C)`,
      }),
  examples: [
    ["./stack logs agent --tail 20", "the agent's last 20 lines"],
    ["./stack logs -f litellm model", "stream the lines of two services"],
  ],
  run: async (context, { services, tail, since, follow, timeout, probes }) => {
    const from = since === undefined ? {} : { since: sinceSeconds(since, Date.now()) };
    const session = await openSession(context);
    const { outputs, marks } = await requireRunningStack(session);
    requireServices(services, Object.keys(outputs.containers));
    const limit = timeout ?? (context.interactive ? undefined : unattendedSeconds);
    const signal = limit
      ? AbortSignal.any([context.signal, AbortSignal.timeout(limit * 1000)])
      : context.signal;
    let lines = 0;
    // A program gets every line, and leaves out what it wants.
    const all = probes || context.mode === "json";
    const options = { tail, follow, signal, probes: all, ...from };
    await context.stream((write) =>
      followLogs(session.docker, marks, services, options, (line, service, text, time) => {
        lines += 1;
        write(line, { time, service, line: text });
      }),
    );
    return { data: { lines } };
  },
});
