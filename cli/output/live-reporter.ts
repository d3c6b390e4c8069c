import { createRequire } from "node:module";
import { colours as pc } from "./colours.ts";
import { cut } from "./fit-width.ts";
import type { Activity, Reporter } from "./activity.ts";
import { statusMark, title } from "./plain-reporter.ts";
import { secondsTaken } from "./duration.ts";
import type { createLogUpdate } from "log-update";

const require = createRequire(import.meta.url);

interface Row {
  readonly activity: Activity;
  readonly since: number;
  readonly until: number | undefined;
}

const redrawMilliseconds = 120;
/** How long a row may be silent before it says that the command still works. */
const idleMilliseconds = 500;

/** What somebody types while the table is drawn would tear it. */
export interface Keyboard {
  readonly silence: () => void;
  readonly restore: () => void;
}

/** A table that redraws itself: a row for each thing, what it is doing, and for how long. */
export function liveReporter(stream: NodeJS.WriteStream, keyboard: Keyboard): Reporter {
  let draw: ReturnType<typeof createLogUpdate> | undefined;
  const rows = new Map<string, Row>();
  let timer: NodeJS.Timeout | undefined;
  let paused = false;
  /** Whether there was a table when it was paused: after its end, nothing is drawn. */
  let goesOn = false;
  let idleSince = Date.now();

  const redraw = () => {
    const shown = [...rows.values()];
    if (shown.some(isRunning)) idleSince = Date.now();
    else if (Date.now() - idleSince >= idleMilliseconds) shown.push(idleRow(idleSince));
    if (shown.length === 0) return;
    keyboard.silence();
    // Loaded for the first table: most commands have their answer before there is one.
    draw ??= (require("log-update") as typeof import("log-update")).createLogUpdate(stream);
    draw(renderRows(shown, stream.rows, stream.columns, Date.now()));
  };
  const start = () => {
    if (timer !== undefined || paused) return;
    idleSince = Date.now();
    timer = setInterval(redraw, redrawMilliseconds).unref();
  };
  /** Leaves what `settled` has above whatever is written next, and forgets it. */
  const stop = (settled: readonly [string, Row][]) => {
    clearInterval(timer);
    timer = undefined;
    draw?.clear();
    draw?.done();
    for (const [key] of settled) rows.delete(key);
    if (settled.length === 0) return;
    const all = settled.map(([, row]) => row);
    stream.write(`${renderRows(all, Infinity, stream.columns, Date.now())}\n`);
  };
  start();
  return {
    report: (activity) => {
      const key = keyOf(activity);
      const before = rows.get(key);
      if (activity.status === "unchanged" && activity.message === "") rows.delete(key);
      else rows.set(key, rowAfter(before, activity));
      start();
    },
    pause: () => {
      goesOn = timer !== undefined;
      stop([...rows].filter(([, row]) => !isRunning(row)));
      paused = true;
    },
    resume: () => {
      paused = false;
      if (goesOn || rows.size > 0) start();
    },
    end: () => {
      stop([...rows].map(([key, row]) => [key, isRunning(row) ? leftOff(row) : row]));
      keyboard.restore();
    },
  };
}

function keyOf({ phase, subject, status, message }: Activity): string {
  return `${phase}/${subject}/${status === "warning" ? message : ""}`;
}

function rowAfter(before: Row | undefined, activity: Activity): Row {
  const now = Date.now();
  const isOver = activity.status !== "running" && activity.status !== "waiting";
  const again = before?.until !== undefined && !isOver;
  return {
    activity,
    since: before === undefined || again ? now : before.since,
    until: isOver ? now : undefined,
  };
}

function isRunning({ until }: Row): boolean {
  return until === undefined;
}

function idleRow(since: number): Row {
  const activity: Activity = { phase: "stack", subject: "working", status: "running", message: "" };
  return { activity, since, until: undefined };
}

/** What was under way at the end of the table: a mark of work that goes on would stay for ever. */
export function leftOff({ activity, since }: Row): Row {
  const { message } = activity;
  const text = message === "" ? "not finished" : `not finished: ${message}`;
  return {
    activity: { ...activity, status: "unchanged", message: text },
    since,
    until: Date.now(),
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
  const milliseconds = (until ?? now) - since;
  const elapsed = milliseconds >= 500 ? secondsTaken(milliseconds) : "";
  const room = Math.max(10, width - column - elapsed.length - 6);
  // What it waits for already says how long it has waited; the last column says it better.
  const words = activity.message.replace(/, \d+ s$/, "");
  const message = cut(words, room);
  const text = activity.status === "failed" ? pc.red(message) : message;
  const cells = [title(activity).padEnd(column), text, elapsed && pc.dim(elapsed)].filter(
    (cell) => cell !== "",
  );
  return cut(`${statusMark(activity.status)} ${cells.join("  ")}`, width);
}
