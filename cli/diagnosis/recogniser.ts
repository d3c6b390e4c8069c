import type { Symptoms } from "./symptoms.ts";

/** A cause that was seen before: how it shows, what it is and how to fix it. */
export interface Recogniser {
  /** Stable, for programs: "out-of-memory". */
  readonly id: string;
  /** How it shows, for docs/troubleshooting.md. */
  readonly seen: string;
  /** Shown instead of what `find` would find, where that is more than whether. */
  readonly placeholder?: string;
  /** Undefined where the symptoms don't show it; else what the wording needs. */
  readonly find: (symptoms: Symptoms) => string | undefined;
  readonly cause: (found: string) => string;
  readonly remedy: (found: string, service: string) => string;
}

/** For a service that needs more memory than it may have. */
export function moreMemoryRemedy(service: string): string {
  return (
    `Raise memoryMegabytes in infra/services/${service}/service.ts, or ask less of it, and run ` +
    "./stack up again."
  );
}

/** Finds the first text that matches; what its groups hold is for the wording. */
export function matching(
  texts: (symptoms: Symptoms) => readonly string[],
  pattern: RegExp,
): Recogniser["find"] {
  return (symptoms) => {
    for (const text of texts(symptoms)) {
      const match = pattern.exec(text);
      if (match) return match.slice(1).find(Boolean) ?? "";
    }
    return undefined;
  };
}

/** All that a container or Docker said, Docker first: a log may quote anything. */
export function everything(symptoms: Symptoms): string[] {
  const { startError, healthLog } = symptoms;
  return [startError, ...healthLog.map(({ output }) => output), ...newestLines(symptoms)];
}

/** The newest first: an old trouble may be over. */
export function newestLines({ lastLines }: Symptoms): string[] {
  return [...lastLines].reverse();
}
