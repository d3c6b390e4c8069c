import { tool } from "ai";
import { z } from "zod";

/** A tool of the ai SDK's, whose result tells which arguments it had. */
export const weatherTools = {
  get_weather: tool({
    description: "The weather at a place.",
    inputSchema: z.object({ place: z.string() }),
    execute: ({ place }) => `It rains. (${place})`,
  }),
};
