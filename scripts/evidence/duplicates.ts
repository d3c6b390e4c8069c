import { exportedNames } from "./exported-names.ts";

/** What there must be one of: a name that says that a function does it, and where it is. */
export interface OneOfAKind {
  readonly what: string;
  readonly pattern: RegExp;
  readonly places: readonly string[];
}

export const onesOfAKind: readonly OneOfAKind[] = [
  {
    what: "process runner",
    pattern: /^(?:run|spawn|exec|execute)(?:Process|Program|Command|Child|Tool)(?:ToEnd)?$/u,
    // runCommand of docker/host lets apt finish what it has begun; that of command-line runs no process.
    places: [
      "cli/os/run-process.ts",
      "cli/docker/host/run-command.ts",
      "cli/command-line/run-command.ts",
    ],
  },
  {
    what: "finder of programs on PATH",
    pattern: /^(?:find|locate|which)(?:Executable|Program|Binary|InPath)$/u,
    places: ["cli/os/find-executable.ts"],
  },
  {
    what: "formatter of bytes",
    pattern:
      /^(?:bytes|(?:format|in|human|readable|pretty)(?:Bytes|Size|Kilobytes|Megabytes|Mebibytes))$/u,
    places: ["cli/output/bytes.ts"],
  },
  {
    what: "formatter of durations",
    pattern: /^(?:duration|(?:format|human|readable|pretty)(?:Duration|Time|Seconds))$/u,
    places: ["cli/output/duration.ts"],
  },
  {
    what: "comparison of versions",
    pattern: /^(?:compare|order|sort)(?:Versions?|Semver)$/u,
    places: ["cli/os/version-order.ts"],
  },
  {
    what: "poll loop",
    pattern: /^(?:poll|pollUntil|waitUntil|waitFor|retryUntil)$/u,
    places: ["cli/os/poll.ts"],
  },
];

/** "formatter of bytes beside cli/output/bytes.ts: humanSize in …" for each that is one too many. */
export function duplicates(
  sources: Readonly<Record<string, string>>,
  kinds: readonly OneOfAKind[] = onesOfAKind,
): string[] {
  return Object.entries(sources).flatMap(([path, text]) =>
    exportedNames(path, text).flatMap((name) =>
      kinds
        .filter(({ pattern, places }) => pattern.test(name) && !places.includes(path))
        .map(({ what, places }) => `${path}: ${name} is a ${what} beside ${places.join(", ")}`),
    ),
  );
}
