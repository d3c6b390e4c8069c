/** What the process says to its caller. Documented in docs/cli.md and held by a test. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** Drift, or changes where none were expected. */
  changes: 2,
  schemaDiffers: 3,
  usage: 64,
  interrupted: 130,
} as const;
