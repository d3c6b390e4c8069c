import { compareVersions } from "../os/version-order.ts";

export interface VersionRange {
  readonly atLeast: string;
  /** Exclusive. */
  readonly below?: string;
}

/** The first `1.2.3` in a tool's answer to a question for its version. */
export function versionIn(text: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0];
}

export function isInRange(version: string, range: VersionRange): boolean {
  if (compareVersions(version, range.atLeast) < 0) return false;
  return range.below === undefined || compareVersions(version, range.below) < 0;
}
