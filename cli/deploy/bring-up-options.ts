import type { Report } from "../output/activity.ts";

export interface BringUpOptions {
  /** Builds every image again, from cached layers where their content is the same. */
  readonly build: boolean;
  /** URNs to make again though state and world agree on them. */
  readonly replace?: readonly string[];
  /** Called when every published image is on this machine, before anything is changed. */
  readonly imagesAreHere?: () => void;
  /** The command that finishes what Ctrl-C interrupts; `up` when left out. */
  readonly again?: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}
