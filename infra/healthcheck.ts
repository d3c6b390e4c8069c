import type { Healthcheck } from "./service.ts";

/** Where the service answers inside its container. */
interface HealthPage {
  readonly port: number;
  readonly healthPath: string;
}

interface ProbeOptions {
  readonly startPeriodSeconds: number;
}

/** Gives the text of a file of this repository, by its path from the root. */
type ReadText = (path: string) => string;

/** A health check by `probe`, which every image of ours has in place of curl. */
export function probe({ port, healthPath }: HealthPage, options: ProbeOptions): Healthcheck {
  return probing(["probe", String(port), healthPath], options);
}

/**
 * The same script for an image that does not have it, but bash.
 *
 * @param check a path that must answer 200, or a command that is run once the port is open.
 */
export function bashProbe(
  readText: ReadText,
  { port, check }: { readonly port: number; readonly check: string },
  options: ProbeOptions,
): Healthcheck {
  const script = readText("infra/images/python/probe");
  return probing(["bash", "-c", script, "probe", String(port), check], options);
}

/**
 * The same again for a published image with Python and no bash.
 *
 * @param interpreter as the image has it: some have no shell and no PATH to find it by.
 */
export function pythonProbe(
  readText: ReadText,
  interpreter: string,
  { port, healthPath }: HealthPage,
  options: ProbeOptions,
): Healthcheck {
  const program = readText("infra/images/probe.py");
  // -I and -S: it needs none of the image's packages, and finding them takes longer than a check.
  return probing([interpreter, "-I", "-S", "-c", program, String(port), healthPath], options);
}

function probing(command: readonly string[], options: ProbeOptions): Healthcheck {
  return { command, isProbe: true, timeoutSeconds: 5, retries: 3, ...options };
}
