import type { Report } from "../output/activity.ts";

export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

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
    tell("running", `${message} (${duration(Date.now() - started)})`);
  };
  const timer = setInterval(beat, 1_000);
  try {
    const result = await work((words) => {
      message = words;
    });
    tell("done", `ready after ${duration(Date.now() - started)}`);
    return result;
  } catch (error) {
    tell("failed", message);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
