import { z } from "zod";
import type { SearchService } from "../ports/ports.ts";
import { defineTool, type Tool } from "./tool.ts";
import { untrustedText } from "./untrusted-text.ts";

export function webSearch(service: SearchService): Tool {
  return defineTool({
    name: "web_search",
    description: "Searches the web. Returns titles, addresses and short extracts.",
    schema: z.object({
      query: z.string().min(1).max(400).describe("What to search for, in a few words."),
      max_results: z.int().min(1).max(20).default(5),
      time_range: z.enum(["day", "week", "month", "year"]).optional(),
    }),
    async execute({ query, max_results: maxResults, time_range: timeRange }, { signal }) {
      const results = await service.search({ text: query, maxResults, timeRange }, signal);
      return {
        text: untrustedText("web_search", results.length === 0 ? "No results." : list(results)),
        resultCount: results.length,
        citations: results.map(({ title, url }) => ({ title, url })),
      };
    },
  });
}

function list(results: Awaited<ReturnType<SearchService["search"]>>): string {
  return results
    .map(({ title, url, snippet, publishedAt }, index) =>
      [`${index + 1}. ${title}`, url, publishedAt, snippet].filter(Boolean).join("\n   "),
    )
    .join("\n");
}
