/** One thing that this repository pins, and what its registry has. */
export interface Dependency {
  readonly area: Area;
  /** "fastify", "qdrant/qdrant", "Pulumi engine". */
  readonly name: string;
  /** The file that pins it, from the repository's root. */
  readonly where: string;
  readonly pinned: string;
  /** The newest that may be there; undefined where nobody said. */
  readonly newest?: string;
  readonly state: State;
  readonly scope: Scope;
  /** What to do, or why nothing can be said or done; a sentence. */
  readonly todo: string;
}

export const areas = ["npm", "audit", "images", "python", "toolchain", "models"] as const;
export type Area = (typeof areas)[number];

/** `dev` never reaches an operator: linters, types, tests. */
export type Scope = "runtime" | "dev";

/**
 * `held`: newer ones exist, and are left alone on purpose. `unanswered`: no registry said anything,
 * which is not a failure on a closed network. `vulnerable`: an advisory names the version.
 */
export type State = "current" | "behind" | "vulnerable" | "held" | "unanswered";

export function needsWork({ state }: Pick<Dependency, "state">): boolean {
  return state === "behind" || state === "vulnerable";
}
