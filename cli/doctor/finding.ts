/** What one look at the machine or the clone says. */
export interface Finding {
  /** Which check says it: "docker", "ports". */
  readonly check: string;
  /**
   * `note` is a fact to know. With a `warning` the stack works, though something is amiss; with an
   * `error` an `up` would fail.
   */
  readonly severity: "ok" | "note" | "warning" | "error";
  readonly what: string;
  /** What to do, as a sentence; there for warnings and errors. */
  readonly remedy?: string;
  /** What `doctor --fix` would do about it. */
  readonly repair?: Repair;
}

/** The only things that are fixed without a human: none can lose data. */
export type Repair =
  | { readonly kind: "start-engine" }
  | { readonly kind: "complete-env-file" }
  | { readonly kind: "make-private"; readonly path: string }
  | { readonly kind: "remove-lock"; readonly path: string };

/** A finding without the check's name, which the check itself adds. */
export type Judgement = Omit<Finding, "check">;

export function isWrong({ severity }: Pick<Finding, "severity">): boolean {
  return severity === "warning" || severity === "error";
}

export const ok = (what: string): Judgement => ({ severity: "ok", what });
export const note = (what: string): Judgement => ({ severity: "note", what });
export const warning = (what: string, remedy: string, repair?: Repair): Judgement => ({
  severity: "warning",
  what,
  remedy,
  ...(repair && { repair }),
});
export const failure = (what: string, remedy: string, repair?: Repair): Judgement => ({
  severity: "error",
  what,
  remedy,
  ...(repair && { repair }),
});
