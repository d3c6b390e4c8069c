import { defineCheck } from "./check.ts";
import { type Judgement, ok, warning } from "./finding.ts";

export interface ClockFacts {
  /** How far Docker's clock is ahead of this machine's; undefined without an engine. */
  readonly dockerAheadSeconds: number | undefined;
}

export const checkClock = defineCheck(
  "clock",
  async ({ docker }): Promise<ClockFacts> => {
    if (!docker) return { dockerAheadSeconds: undefined };
    const { SystemTime } = (await docker.info()) as { SystemTime: string };
    return { dockerAheadSeconds: (Date.parse(SystemTime) - Date.now()) / 1000 };
  },
  judgeClock,
);

const toleratedSeconds = 30;

/** A virtual machine that slept wakes up in the past, and every token and certificate is then wrong. */
export function judgeClock({ dockerAheadSeconds }: ClockFacts): Judgement[] {
  if (dockerAheadSeconds === undefined) return [];
  if (Math.abs(dockerAheadSeconds) <= toleratedSeconds) {
    return [ok("Docker's clock and this machine's agree")];
  }
  const how = `${Math.round(Math.abs(dockerAheadSeconds))} s ${dockerAheadSeconds > 0 ? "ahead of" : "behind"}`;
  const remedy = "Restart Docker's virtual machine, or set the clock that is wrong (NTP).";
  return [warning(`Docker's clock is ${how} this machine's.`, remedy)];
}
