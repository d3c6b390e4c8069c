import { Piscina } from "piscina";
import { WaitingLine } from "../../waiting-line.ts";
import { PageError } from "./page-error.ts";
import type { HtmlSource, ReadPage } from "./read-html.ts";

export interface HtmlReader {
  /** Throws a PageError for a page that takes too much memory; aborting ends it at once. */
  read(source: HtmlSource, signal: AbortSignal): Promise<ReadPage>;
  close(): Promise<void>;
}

/** Each takes up to 112 MB. */
const threads = 2;
const waiting = 16;
/** A page that takes longer gives way to those that wait; its words are read in one quick pass. */
const articleMs = 3000;

/**
 * Reads pages in their own threads, one page in each: a page can be made to take minutes and all
 * memory, and the service's own thread must not notice. They get nothing of the environment.
 */
export function htmlReader(): HtmlReader {
  const pool = new Piscina<HtmlSource, ReadPage>({
    filename: new URL("./html-worker.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    // Loading the parsers takes longer than most pages.
    idleTimeout: 60_000,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
  });
  // A thread that dies outside of a task is replaced by the next one.
  pool.on("error", () => undefined);
  const line = new WaitingLine();
  let free = threads;

  /** A page's time is counted from when it is its turn. */
  async function inTurn<T>(action: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (free > 0) free -= 1;
    else if (line.length === waiting) throw new Error("Too many pages wait to be read.");
    else await line.join(signal);
    try {
      return await action();
    } finally {
      if (!line.callNext()) free += 1;
    }
  }
  async function read(source: HtmlSource, signal: AbortSignal): Promise<ReadPage> {
    const inTime = AbortSignal.timeout(articleMs);
    try {
      return await pool.run(source, { signal: AbortSignal.any([signal, inTime]) });
    } catch (error) {
      if (!inTime.aborted || signal.aborted) throw error;
      return await pool.run(source, { name: "plain", signal });
    }
  }
  return {
    async read(source, signal) {
      try {
        return await inTurn(() => read(source, signal), signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw new PageError("The page is too complex to be read.", { cause });
      }
    },
    close: () => pool.destroy(),
  };
}
