import { createHmac } from "node:crypto";
import type { ContainerArgs, RenderedContainer } from "./render-container.ts";

/**
 * What the last good `up` applied, as an output of the component. Previews, and later drift and rollback, compare
 * against this one thing. Secrets are in it as keyed fingerprints, so that a change shows and the
 * text doesn't.
 */
export interface AppliedRecord {
  readonly version: 1;
  /** A hash of the program's own text: an edit of it must reach the engine. */
  readonly program: string;
  readonly services: Readonly<Record<string, AppliedService>>;
}

export interface AppliedService {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly args: ContainerArgs;
  /** Paths of the mounts that backups leave out. */
  readonly refetchable?: readonly string[];
}

export function appliedRecord(
  containers: readonly RenderedContainer[],
  imageOf: (service: string) => string,
  recordKey: string,
  program: string,
): AppliedRecord {
  const services = containers.map((container): [string, AppliedService] => {
    const { service, environment, args, refetchable } = container;
    const fingerprints = Object.entries(environment).map(([name, value]): [string, string] => [
      name,
      typeof value === "string" ? value : fingerprint(recordKey, name, value.secret),
    ]);
    return [
      service,
      {
        image: imageOf(service),
        environment: Object.fromEntries(fingerprints),
        args,
        ...(refetchable && { refetchable }),
      },
    ];
  });
  return { version: 1, program, services: Object.fromEntries(services) };
}

const fingerprintPrefix = "hmac-sha256:";

/** What stands for a secret wherever it might be seen; equal secrets of one name have equal ones. */
export function fingerprint(key: string, name: string, secret: string): string {
  // The name goes in too: equal passwords of two roles must not look equal.
  const digest = createHmac("sha256", key).update(`${name}\0${secret}`).digest("hex");
  return `${fingerprintPrefix}${digest.slice(0, 32)}`;
}

export function isFingerprint(value: string): boolean {
  return value.startsWith(fingerprintPrefix);
}

/** Marks what belongs to the stack of one `.env` file: stable when the clone moves, unique to it. */
export function ownerMark(recordKey: string): string {
  return createHmac("sha256", recordKey).update("owner").digest("hex").slice(0, 16);
}
