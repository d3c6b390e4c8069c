import { createLogUpdate } from "log-update";
import { colours as pc } from "./colours.ts";
import type { Activity, Reporter } from "../activity.ts";
import { statusMark, title } from "./plain-reporter.ts";

interface Row {
  readonly activity: Activity;
  readonly since: number;
  readonly until: number | undefined;
}

const redrawMilliseconds = 120;

/** A table that redraws itself: a row for each thing, what it is doing, and for how long. */
export function liveReporter(stream: NodeJS.WriteStream): Reporter {
  const draw = createLogUpdate(stream);
  const rows = new Map<string, Row>();
  const redraw = () => {
    draw(renderRows([...rows.values()], stream.rows, stream.columns, Date.now()));
  };
  let ended = false;
  const timer = setInterval(redraw, redrawMilliseconds);
  timer.unref();
  const report = (activity: Activity): void => {
    const key = `${activity.phase}/${activity.subject}/${activity.status === "warning" ? activity.message : ""}`;
    const before = rows.get(key);
    const isOver = activity.status !== "running" && activity.status !== "waiting";
    const again = before?.until !== undefined && !isOver;
    rows.set(key, {
      activity,
      since: before === undefined || again ? Date.now() : before.since,
      until: isOver ? Date.now() : undefined,
    });
  };
  return {
    report,
    end: () => {
      // What was printed since would be followed by the same table again.
      if (ended) return;
      ended = true;
      clearInterval(timer);
      if (rows.size > 0) redraw();
      draw.done();
    },
  };
}

/** The table as text, cut to the terminal: finished rows give way to running ones first. */
export function renderRows(
  rows: readonly Row[],
  height: number,
  width: number,
  now: number,
): string {
  const spare = Math.max(3, height - 2);
  const finished = rows.filter(({ until }) => until !== undefined);
  const hidden = Math.max(0, rows.length - spare);
  const dropped = new Set(finished.slice(0, hidden));
  const shown = rows.filter((row) => !dropped.has(row)).slice(-spare);
  const column = Math.max(0, ...shown.map(({ activity }) => title(activity).length));
  return shown.map((row) => renderRow(row, column, width, now)).join("\n");
}

function renderRow({ activity, since, until }: Row, column: number, width: number, now: number) {
  const seconds = ((until ?? now) - since) / 1000;
  const elapsed = seconds >= 0.5 ? `${seconds.toFixed(1)} s` : "";
  const room = Math.max(10, width - column - elapsed.length - 8);
  // What it waits for already says how long it has waited; the last column says it better.
  const message = activity.message.replace(/, \d+ s$/, "").slice(0, room);
  const text = activity.status === "failed" ? pc.red(message) : message;
  return `${statusMark(activity.status)} ${title(activity).padEnd(column)}  ${text}  ${pc.dim(elapsed)}`;
}
