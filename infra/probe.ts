import type { Healthcheck } from "./service.ts";

/** A healthcheck by `probe`, the few lines of bash that every image of ours has in place of curl. */
export function probe(
  port: number,
  path: string,
  options: { startPeriodSeconds: number },
): Healthcheck {
  return {
    command: ["probe", String(port), path],
    timeoutSeconds: 5,
    retries: 3,
    startPeriodSeconds: options.startPeriodSeconds,
  };
}
