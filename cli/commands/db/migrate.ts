import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";
import { maintainDatabase } from "../../agent/maintain-database.ts";
import { requireRunningStack } from "../../stack/running-stack.ts";
import { openSession } from "../../stack/session.ts";

export const migrate = defineCommand({
  examples: [["./stack db migrate", "says which migrations it applied"]],
  run: async (_options, context) => {
    const session = await openSession(context);
    const running = await requireRunningStack(session);
    const { applied } = await maintainDatabase(session.docker, running, "migrate");
    const names = Array.isArray(applied) ? applied.map(String) : [];
    context.endProgress();
    context.print(
      names.length === 0 ? "The schema is up to date." : `Applied: ${names.join(", ")}.`,
    );
    context.result({ command: "db migrate", applied: names });
    return exitCodes.done;
  },
});
