import { colours as pc } from "./colours.ts";
import type { Activity, Reporter } from "./activity.ts";

/** How often a running step may say that it still runs, in milliseconds. */
const heartbeat = 10_000;

/** Lines that are written stay as they are. */
export const nothingToRedraw: Omit<Reporter, "report"> = {
  pause: () => undefined,
  resume: () => undefined,
  end: () => undefined,
};

/** One line whenever something changes, and now and then while it goes on: for logs and pipes. */
export function plainReporter(stream: NodeJS.WriteStream): Reporter {
  const shown = new Map<string, { status: Activity["status"]; at: number }>();
  const report = (activity: Activity): void => {
    const key = `${activity.phase}/${activity.subject}`;
    const before = shown.get(key);
    const repeats = before?.status === activity.status && activity.status === "running";
    if (repeats && Date.now() - before.at < heartbeat) return;
    if (activity.status === "unchanged" && activity.message === "") return;
    shown.set(key, { status: activity.status, at: Date.now() });
    stream.write(`${statusMark(activity.status)} ${describe(activity)}\n`);
  };
  return { report, ...nothingToRedraw };
}

function describe(activity: Activity): string {
  const { status, message } = activity;
  return message === "" ? `${title(activity)} ${status}` : `${title(activity)}: ${message}`;
}

/** A service and its image have one name; a user should see which of the two is meant. */
export function title({ phase, subject }: Pick<Activity, "phase" | "subject">): string {
  return phase === "images" ? `${subject} image` : subject;
}

export function statusMark(status: Activity["status"]): string {
  switch (status) {
    case "done":
      return pc.green("✓");
    case "unchanged":
      return pc.dim("·");
    case "failed":
      return pc.red("✗");
    case "warning":
      return pc.yellow("!");
    case "running":
    case "waiting":
      return pc.cyan("…");
  }
}
