import type Docker from "dockerode";
import { lastLines, type LogOptions } from "./container-logs.ts";
import { isProbe } from "./is-probe.ts";

/** Of the lines that Docker has, most may be health checks, so more are read than are asked for. */
const readAhead = 20;

export interface PastOptions extends Omit<LogOptions, "timestamps"> {
  /** Also the requests of health checks. */
  readonly probes?: boolean | undefined;
}

export interface LogLine {
  readonly service: string;
  /** As Docker has it: "2026-11-29T07:24:14.000000001Z", whose order as text is that of time. */
  readonly time: string;
  readonly text: string;
}

/** The last lines of a service's log, of which health checks do not count unless they are wanted. */
export async function pastLines(
  docker: Docker,
  id: string,
  service: string,
  { tail, since, probes }: PastOptions,
): Promise<LogLine[]> {
  const read = {
    tail: probes === true ? tail : tail * readAhead,
    timestamps: true,
    ...(since !== undefined && { since }),
  };
  const all = await lastLines(docker, id, read);
  const lines = all
    .map((raw) => parseLine(service, raw))
    .filter((line) => isWanted(line, { probes }));
  return tail === 0 ? [] : lines.slice(-tail);
}

/** Whether a line is more than a health check, or those are wanted too. */
export function isWanted(
  { service, text }: LogLine,
  { probes }: Pick<PastOptions, "probes">,
): boolean {
  return probes === true || !isProbe(service, text);
}

/** A line of Docker's with timestamps. */
export function parseLine(service: string, raw: string): LogLine {
  const [, time, text] = /^(\S+Z) ?(.*)$/u.exec(raw) ?? [];
  return { service, time: time ?? "", text: text ?? raw };
}
