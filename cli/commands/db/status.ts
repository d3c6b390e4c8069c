import { describeDatabase } from "../../agent/describe-database.ts";
import { defineCommand } from "../../command-line/command.ts";
import { maintainDatabase } from "../../agent/maintain-database.ts";
import { requireRunningStack } from "../../stack/running-stack.ts";
import { openSession } from "../../stack/session.ts";

export const status = defineCommand({
  examples: [["./stack db status --json", "the same as one JSON object"]],
  run: async (context) => {
    const session = await openSession(context);
    const running = await requireRunningStack(session);
    const database = await maintainDatabase(session.docker, running, "status");
    return {
      text: describeDatabase(database),
      data: { database },
    };
  },
});
