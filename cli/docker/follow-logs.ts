import type Docker from "dockerode";
import { colours as pc } from "../output/colours.ts";
import { followedLines } from "./container-logs.ts";
import { listContainers } from "./container-state.ts";
import type { StackMarks } from "./docker-client.ts";
import { type LogLine, parseLine, pastLines, type PastOptions, isWanted } from "./past-lines.ts";
import { readableLine } from "./readable-line.ts";

const palette = [pc.cyan, pc.magenta, pc.yellow, pc.green, pc.blue, pc.red] as const;

export interface FollowOptions extends PastOptions {
  readonly follow?: boolean;
  /** Ends the following. */
  readonly signal?: AbortSignal;
}

/** @param line for people, with its time and with its service in its own colour. */
export type ShowLine = (line: string, service: string, text: string, time: string) => void;

/** Hands over the logs of `services` (all, when empty), line by line, in the order of time. */
export async function followLogs(
  docker: Docker,
  marks: StackMarks,
  services: readonly string[],
  options: FollowOptions,
  show: ShowLine,
): Promise<void> {
  const containers = await listContainers(docker, marks);
  const wanted = containers.filter(
    ({ service }) => services.length === 0 || services.includes(service),
  );
  const width = Math.max(0, ...wanted.map(({ service }) => service.length));
  const colours = new Map(
    wanted.map(({ service }, index) => [service, palette[index % palette.length] ?? pc.white]),
  );
  const today = new Date().toDateString();
  const hand = ({ service, time, text }: LogLine) => {
    const colour = colours.get(service) ?? pc.white;
    const head = `${pc.dim(clock(time, today))} ${colour(service.padEnd(width))} |`;
    show(`${head} ${readableLine(text)}`, service, text, time);
  };

  const startedAt = Math.floor(Date.now() / 1000);
  const past = await Promise.all(
    wanted.map(async ({ id, service }) => ({
      ...{ id, service },
      lines: await pastLines(docker, id, service, options),
    })),
  );
  for (const line of past.flatMap(({ lines }) => lines).sort(byTime)) hand(line);
  if (options.follow !== true) return;
  await Promise.all(
    past.map(async ({ id, service, lines }) => {
      // Docker's `since` is of whole seconds: what was shown comes again, and is left out.
      const last = lines.at(-1)?.time ?? "";
      const since = Math.max(options.since ?? 0, last === "" ? startedAt : seconds(last));
      const following = { since, tail: tailOfAll, timestamps: true };
      const signal = options.signal && { signal: options.signal };
      for await (const raw of followedLines(docker, id, { ...following, ...signal })) {
        const line = parseLine(service, raw);
        if (line.time > last && isWanted(line, options)) hand(line);
      }
    }),
  );
}

/** More than any log has: `since` alone says where to begin. */
const tailOfAll = 1_000_000;

const byTime = (one: LogLine, other: LogLine) =>
  one.time < other.time ? -1 : Number(one.time > other.time);

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

/** The local time of day; with the date where that is another one. */
function clock(time: string, today: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  if (date.toDateString() === today) return day;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${day}`;
}
