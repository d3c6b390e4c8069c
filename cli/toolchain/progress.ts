import type { Report } from "../output/activity.ts";
import { duration } from "../output/duration.ts";

/** Says what is happening to a tool; the time that has passed is added. */
export type Say = (message: string) => void;

/** Reports once a second while `work` runs, and then how it ended. */
export async function withProgress<T>(
  report: Report,
  subject: string,
  work: (say: Say) => Promise<T>,
): Promise<T> {
  const started = Date.now();
  let message = "starting";
  const tell = (status: "running" | "done" | "failed", words: string) => {
    report({ phase: "toolchain", subject, status, message: words });
  };
  const beat = () => {
    tell("running", `${message} (${duration(Date.now() - started, 2)})`);
  };
  const timer = setInterval(beat, 1_000);
  try {
    const result = await work((words) => {
      message = words;
    });
    tell("done", `ready after ${duration(Date.now() - started, 2)}`);
    return result;
  } catch (error) {
    tell("failed", message);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
