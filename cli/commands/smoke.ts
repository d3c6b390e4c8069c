import { StackError } from "../../infra/stack-error.ts";
import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { colours as pc } from "../output/colours.ts";
import { table } from "../output/table.ts";
import { requireRunningStack } from "../stack/running-stack.ts";
import { openSession } from "../stack/session.ts";
import { runSmoke, type SmokeResult } from "../agent/smoke/run-smoke.ts";
import { smokeRequests } from "../agent/smoke/smoke-requests.ts";
import { secondsTaken } from "../output/duration.ts";

export const smoke = defineCommand({
  examples: [["./stack smoke --json", "one row per request: status, time, trace, spans, problems"]],
  run: async (context) => {
    const session = await openSession(context);
    const { outputs } = await requireRunningStack(session);
    const { settings } = await session.settings();
    const reached = (service: string) => {
      const address = outputs.addresses[service];
      return address === undefined ? undefined : session.machine.reach(address);
    };
    const agent = await reached("agent");
    if (agent === undefined) throw noAgentError();
    const phoenix = await reached("phoenix");
    const agentKey = settings.AGENT_API_KEYS.split(",")[0]?.trim() || undefined;
    const results = await runSmoke({ agent, phoenix, agentKey }, smokeRequests, context);
    const tracesChecked = phoenix !== undefined;
    return {
      text: render(results, tracesChecked),
      data: { tracesChecked, requests: results },
      exitCode: results.every(({ ok }) => ok) ? exitCodes.done : exitCodes.failed,
    };
  },
});

function render(results: readonly SmokeResult[], tracesChecked: boolean): string {
  const header = ["", "REQUEST", "STATUS", "TOOK", "SPANS"].map((text) => pc.dim(text));
  const rows = results.map(({ ok, name, status, milliseconds, spans }) => [
    ok ? pc.green("✓") : pc.red("✗"),
    name,
    String(status ?? "-"),
    secondsTaken(milliseconds),
    spans ? [...new Set(spans)].sort().join(" ") || "none" : "-",
  ]);
  const problems = results.flatMap(({ name, problems: found }) =>
    found.map((problem) => `${pc.red("✗")} ${name}: ${problem}`),
  );
  const stoodIn = results.flatMap(({ name, fallback }) =>
    fallback === undefined
      ? []
      : [
          `${pc.yellow("!")} ${name}: ${fallback} answered in place of a model that fails: ./stack why litellm`,
        ],
  );
  const note = tracesChecked ? [] : ["Traces were not checked: there is no Phoenix in this stack."];
  return [table([header, ...rows]), ...problems, ...stoodIn, ...note].join("\n");
}

function noAgentError(): StackError {
  return new StackError("The stack has no agent to ask.", { remedy: "Run ./stack up." });
}
