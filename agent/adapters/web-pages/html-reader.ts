import { Piscina } from "piscina";
import { PageError } from "./page-error.ts";
import type { HtmlSource, ReadPage } from "./read-html.ts";

export interface HtmlReader {
  /** Throws a PageError for a page that takes too much memory; aborting ends it at once. */
  read(source: HtmlSource, signal: AbortSignal): Promise<ReadPage>;
  close(): Promise<void>;
}

/**
 * Reads pages in a thread of their own, one at a time: a page can be made to take minutes and all
 * memory, and the service's own thread must not notice. It gets nothing of the environment.
 */
export function htmlReader(): HtmlReader {
  const pool = new Piscina({
    filename: new URL("./html-worker.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    // Loading the parsers takes longer than most pages.
    idleTimeout: 60_000,
    maxQueue: 16,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
  });
  // A thread that dies outside of a task is replaced by the next one.
  pool.on("error", () => undefined);
  return {
    async read(source, signal) {
      try {
        return (await pool.run(source, { signal })) as ReadPage;
      } catch (cause) {
        signal.throwIfAborted();
        throw new PageError("The page is too complex to be read.", { cause });
      }
    },
    close: () => pool.destroy(),
  };
}
