import type { Report } from "../output/activity.ts";

/** What the process was started with. Only `main.ts` reads it from the process. */
export interface Surroundings {
  /** The repository's root. */
  readonly root: string;
  readonly stackName: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  /** Asks on a terminal; says yes by itself with `--yes` or in CI. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
