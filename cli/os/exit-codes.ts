/** What the process says to its caller: one table, which `--help` and docs/cli.md show. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** Drift, or changes where none were expected. */
  changes: 2,
  schemaDiffers: 3,
  usage: 64,
  /** Standard output could not be written: sysexits.h calls it EX_IOERR. */
  output: 74,
  interrupted: 130,
} as const;

/** Each code in words. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done",
  failed: "failed",
  changes: "drift or unexpected changes",
  schemaDiffers: "the memory's schema differs",
  usage: "wrong usage",
  output: "output could not be written",
  interrupted: "interrupted",
};

/** `deps check` alone, as scripts know them from the original: what is behind or vulnerable. */
export const depsExitCodes = {
  none: 0,
  runtime: 1,
  dev: 2,
  both: 3,
  /** A client is missing, or a file of pins can't be read. A registry that is away is not a failure. */
  toolFailure: 4,
} as const;

/** Each code of `deps check` in words. */
export const depsExitCodeMeanings: Readonly<Record<keyof typeof depsExitCodes, string>> = {
  none: "nothing to update",
  runtime: "runtime dependencies are behind or vulnerable",
  dev: "development dependencies are",
  both: "both are",
  toolFailure: "the check itself failed",
};

/** A row per code, in the order of the table. */
export function exitCodeRows<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  meanings: Readonly<Record<Name, string>>,
): [code: number, meaning: string][] {
  return (Object.keys(codes) as Name[]).map((name) => [codes[name], meanings[name]]);
}
