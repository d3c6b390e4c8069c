import { z } from "zod";
import { ask, isOk, wholeText } from "./ask.ts";
import { NeighbourAnswer } from "./neighbour-answer.ts";
import type { SearchService } from "../ports/ports.ts";

// Whatever the engines behind it found.
const answerBytes = 8_000_000;

const answer = z.object({
  results: z.array(
    z.object({
      title: z.string().catch(""),
      url: z.string(),
      content: z.string().nullish(),
      publishedDate: z.string().nullish(),
    }),
  ),
  unresponsive_engines: z.array(z.array(z.unknown())).catch([]),
});

/** SearXNG's JSON API; its settings must list `json` among `search.formats`. */
export function searxng(baseUrl: string): SearchService {
  return {
    async search({ text, maxResults, timeRange }, signal) {
      const address = new URL("search", baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
      address.searchParams.set("q", text);
      address.searchParams.set("format", "json");
      if (timeRange !== undefined) address.searchParams.set("time_range", timeRange);
      const { results, unresponsive_engines: silent } = answer.parse(
        await fetchJson(address, signal),
      );
      if (results.length === 0 && silent.length > 0) {
        const engines = silent.map(([name, reason]) => `${String(name)}: ${String(reason)}`);
        throw new NeighbourAnswer(`No search engine answered (${engines.join("; ")}).`, 200);
      }
      return results.slice(0, maxResults).map(({ title, url, content, publishedDate }) => ({
        title,
        url,
        snippet: content ?? "",
        publishedAt: publishedDate ?? undefined,
      }));
    },
  };
}

export const noSearchService: SearchService = {
  search: () =>
    Promise.reject(new Error("No search service is configured (SEARXNG_URL is not set).")),
};

async function fetchJson(address: URL, signal: AbortSignal): Promise<unknown> {
  const headers = { accept: "application/json" };
  const found = await ask(address, { method: "GET", headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new Error("The search service cannot be reached.", { cause });
  });
  const text = await wholeText(found, answerBytes);
  const { statusCode: status } = found;
  if (!isOk(found)) throw new NeighbourAnswer(`The search service answered ${status}.`, status);
  return JSON.parse(text);
}
