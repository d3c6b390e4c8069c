import { z } from "zod";
import { defineTool, type Tool } from "./tool.ts";

export function currentTime(now: () => Date): Tool {
  return defineTool({
    name: "current_time",
    description: "The current date and time, in a time zone such as Europe/Paris.",
    schema: z.object({
      time_zone: z.string().max(64).optional().describe("An IANA time zone; UTC when absent."),
    }),
    execute({ time_zone: timeZone = "UTC" }) {
      const instant = now();
      const local = new Intl.DateTimeFormat("en-GB", {
        timeZone,
        dateStyle: "full",
        timeStyle: "long",
      });
      const text = JSON.stringify({ utc: instant.toISOString(), local: local.format(instant) });
      return Promise.resolve({ text });
    },
  });
}
