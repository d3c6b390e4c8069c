import type { RiskLevel } from "./risk.ts";

/** What `up` would do to one thing, in a user's words. Nothing in it is a secret's text. */
export interface Change {
  /** The name of a service, or a kind with a name: "litellm image". */
  readonly subject: string;
  readonly action: "create" | "update" | "replace" | "remove";
  readonly level: RiskLevel;
  /** What differs: "port 8000 -> 8001", "LOG_LEVEL info -> debug". */
  readonly reasons: readonly string[];
  /** What it costs whoever uses the stack meanwhile. */
  readonly risk: string;
  /** Edited configuration files, as unified diffs. */
  readonly files: readonly FileDiff[];
}

export interface FileDiff {
  readonly path: string;
  readonly diff: string;
}

/** One thing that differs between two renderings of a service. */
export interface Finding {
  readonly text: string;
  readonly level: RiskLevel;
  readonly file?: FileDiff;
}
