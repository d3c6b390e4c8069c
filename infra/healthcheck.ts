import type { Healthcheck } from "./service.ts";

/** Where the service answers inside its container. */
interface HealthPage {
  readonly port: number;
  readonly healthPath: string;
}

/** A healthcheck by `probe`, the few lines of bash that every image of ours has in place of curl. */
export function probe(
  { port, healthPath }: HealthPage,
  options: { startPeriodSeconds: number },
): Healthcheck {
  return healthcheck(["probe", String(port), healthPath], options);
}

/**
 * A healthcheck by the Python of a published image that has neither curl nor wget.
 *
 * @param interpreter as the image has it: some have no shell and no PATH to find it by.
 */
export function pythonProbe(
  interpreter: string,
  page: HealthPage,
  options: { startPeriodSeconds: number },
): Healthcheck {
  const call = `import urllib.request as u; u.urlopen("${ownAddress("127.0.0.1", page)}", timeout=4)`;
  return healthcheck([interpreter, "-c", call], options);
}

/** Where the service answers a program in its own container. */
export function ownAddress(
  host: "127.0.0.1" | "localhost",
  { port, healthPath }: HealthPage,
): string {
  return `http://${host}:${port}${healthPath}`;
}

/** A healthcheck by any command, with the limits that all services share. */
export function healthcheck(
  command: readonly string[],
  options: { startPeriodSeconds: number },
): Healthcheck {
  return { command, timeoutSeconds: 5, retries: 3, ...options };
}
