import { setTimeout as delay } from "node:timers/promises";
import type { OnTerminal } from "./on-terminal.ts";

/** What was on a screen, and for how long at most it stayed the same. */
export interface Frames {
  /** In milliseconds, from the first frame that is not empty to the command's end. */
  readonly longestUnchanged: number;
  /** The frame that stayed so long. */
  readonly unchanged: string;
  /** Lines that the terminal had to break, in any frame. */
  readonly broken: readonly string[];
}

/** Looks at a screen ten times a second, until the command ends or `isEnough`. */
export async function watchFrames(
  { screen, ended }: OnTerminal,
  isEnough: (lines: readonly string[]) => boolean = () => false,
): Promise<Frames> {
  const end = new AbortController();
  void ended.then(() => {
    end.abort();
  });
  const broken = new Set<string>();
  let before = "";
  let since = Date.now();
  let longest = { milliseconds: 0, frame: "" };
  while (!end.signal.aborted) {
    const lines = await screen.lines();
    for (const line of await screen.broken()) broken.add(line);
    const frame = lines.join("\n");
    const milliseconds = Date.now() - since;
    if (frame !== before || frame === "") {
      before = frame;
      since = Date.now();
    } else if (milliseconds > longest.milliseconds) {
      longest = { milliseconds, frame };
    }
    if (isEnough(lines)) break;
    await delay(100);
  }
  return {
    longestUnchanged: longest.milliseconds,
    unchanged: longest.frame,
    broken: [...broken],
  };
}
