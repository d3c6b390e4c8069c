import type { Report } from "../output/activity.ts";
import { bytes as inWords } from "../output/bytes.ts";

/** One thing that is being saved or restored, as a row that a user watches. */
export interface Step {
  readonly running: (message: string) => void;
  readonly done: (message: string) => void;
  readonly failed: (message: string) => void;
  readonly warned: (message: string) => void;
  /** Told of every piece; says so no more often than a person reads. */
  readonly bytes: (count: number) => void;
}

export type Progress = (subject: string) => Step;

const shownEveryMilliseconds = 500;

export function progressBy(report: Report): Progress {
  return (subject) => {
    let shownAt = 0;
    let total = 0;
    const say = (status: "running" | "done" | "failed" | "warning", message: string) => {
      report({ phase: "stack", subject, status, message });
    };
    return {
      running: (message) => {
        say("running", message);
      },
      done: (message) => {
        say("done", total > 0 ? `${message}, ${inWords(total)}` : message);
      },
      failed: (message) => {
        say("failed", message);
      },
      warned: (message) => {
        say("warning", message);
      },
      bytes: (count) => {
        total = count;
        if (Date.now() - shownAt < shownEveryMilliseconds) return;
        shownAt = Date.now();
        say("running", inWords(count));
      },
    };
  };
}
