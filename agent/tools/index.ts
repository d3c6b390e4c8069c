import type { Memory } from "../memory/recall.ts";
import type { PageFetcher, SearchService } from "../ports/ports.ts";
import { currentTime } from "./current-time.ts";
import { searchMemory } from "./search-memory.ts";
import type { Tool } from "./tool.ts";
import { webFetch } from "./web-fetch.ts";
import { webSearch } from "./web-search.ts";

interface Services {
  readonly search: SearchService;
  readonly pages: PageFetcher;
  readonly memory: Memory;
  readonly now: () => Date;
}

/** Every tool that this agent has, by its name. A new tool is a file beside this one and a line here. */
const tools: Readonly<Record<string, (services: Services) => Tool>> = {
  current_time: ({ now }) => currentTime(now),
  web_search: ({ search }) => webSearch(search),
  web_fetch: ({ pages }) => webFetch(pages),
  search_memory: ({ memory }) => searchMemory(memory),
};

/** For the description of the API. */
export const toolNames = Object.keys(tools);

export function allTools(services: Services): readonly Tool[] {
  return Object.values(tools).map((make) => make(services));
}
