import type { Memory } from "../memory/recall.ts";
import type { PageFetcher, SearchService } from "../ports/ports.ts";
import { currentTime } from "./current-time.ts";
import { searchMemory } from "./search-memory.ts";
import type { Tool } from "./tool.ts";
import { webFetch } from "./web-fetch.ts";
import { webSearch } from "./web-search.ts";

/** For the description of the API; a test compares them with the tools themselves. */
export const toolNames = ["current_time", "web_search", "web_fetch", "search_memory"] as const;

/** Every tool that this agent has. A new tool is a file beside this one and a line here. */
export function allTools(services: {
  readonly search: SearchService;
  readonly pages: PageFetcher;
  readonly memory: Memory;
  readonly now: () => Date;
}): readonly Tool[] {
  return [
    currentTime(services.now),
    webSearch(services.search),
    webFetch(services.pages),
    searchMemory(services.memory),
  ];
}
