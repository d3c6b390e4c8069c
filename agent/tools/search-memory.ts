import { z } from "zod";
import { list } from "../memory/recalled-message.ts";
import type { Memory } from "../memory/recall.ts";
import { defineTool, type Tool } from "./tool.ts";
import { untrustedText } from "./untrusted-text.ts";

export function searchMemory(memory: Memory): Tool {
  return defineTool({
    name: "search_memory",
    description: "Searches what this user said and was told before, in all their conversations.",
    schema: z.object({
      query: z.string().min(1).max(1000).describe("What to remember, in a few words."),
      max_results: z.int().min(1).max(20).default(5),
    }),
    async execute({ query, max_results: limit }, { signal, span, userId }) {
      const scope = { userId, everywhere: true } as const;
      const hits = await memory.search({ text: query, scope, limit }, { signal, span });
      return {
        text: untrustedText("memory", hits.length === 0 ? "Nothing is remembered." : list(hits)),
        resultCount: hits.length,
      };
    },
  });
}
