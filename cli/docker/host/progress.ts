import type { Report } from "../../output/activity.ts";

/** Says what happens to the engine, and says it again every second so that no wait is silent. */
export interface Progress {
  say(message: string): void;
  done(message: string): void;
}

const everyMs = 1_000;

/** Runs `work` with a progress that is ended with it, well or not. */
export async function withProgress<Result>(
  report: Report,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const began = Date.now();
  let current = "";
  const tell = (status: "running" | "done" | "failed", message: string): void => {
    report({ phase: "docker", subject: "Docker engine", status, message });
  };
  const repeat = (): void => {
    const elapsed = Math.round((Date.now() - began) / 1_000);
    if (current) tell("running", `${current}, ${elapsed} s`);
  };
  const timer = setInterval(repeat, everyMs);
  try {
    return await work({
      say: (message) => {
        if (message === current) return;
        current = message;
        repeat();
      },
      done: (message) => {
        tell("done", message);
      },
    });
  } catch (error) {
    tell("failed", "");
    throw error;
  } finally {
    clearInterval(timer);
  }
}
