/** What the process says to its caller. Documented in docs/cli.md and verified by a test. */
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

/** `deps check` alone, as scripts know them from the original: what is behind or vulnerable. */
export const depsExitCodes = {
  none: 0,
  runtime: 1,
  dev: 2,
  both: 3,
  /** A client is missing, or a file of pins can't be read. A registry that is away is not a failure. */
  toolFailure: 4,
} as const;
