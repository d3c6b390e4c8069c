import { defineCommand } from "../../command-line/command.ts";
import { maintainDatabase } from "../../agent/maintain-database.ts";
import { requireRunningStack } from "../../stack/running-stack.ts";
import { openSession } from "../../stack/session.ts";

export const migrate = defineCommand({
  examples: [["./stack db migrate", "says which migrations it applied"]],
  run: async (context) => {
    const session = await openSession(context);
    const running = await requireRunningStack(session);
    const { applied } = await maintainDatabase(session.docker, running, "migrate");
    const names = Array.isArray(applied) ? applied.map(String) : [];
    return {
      text: names.length === 0 ? "The schema is up to date." : `Applied: ${names.join(", ")}.`,
      data: { applied: names },
    };
  },
});
