import type { Healthcheck } from "./service.ts";

/** A healthcheck by `probe`, the few lines of bash that every image of ours has in place of curl. */
export function probe(
  port: number,
  path: string,
  options: { startPeriodSeconds: number },
): Healthcheck {
  return healthcheck(["probe", String(port), path], options);
}

/**
 * A healthcheck by the Python of a published image that has neither curl nor wget.
 *
 * @param interpreter as the image has it: some have no shell and no PATH to find it by.
 */
export function pythonProbe(
  interpreter: string,
  port: number,
  path: string,
  options: { startPeriodSeconds: number },
): Healthcheck {
  const call = `import urllib.request as u; u.urlopen("http://127.0.0.1:${port}${path}", timeout=4)`;
  return healthcheck([interpreter, "-c", call], options);
}

/** A healthcheck by any command, with the limits that all services share. */
export function healthcheck(
  command: readonly string[],
  options: { startPeriodSeconds: number },
): Healthcheck {
  return { command, timeoutSeconds: 5, retries: 3, ...options };
}
