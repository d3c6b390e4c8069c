export interface Kept {
  readonly name: string;
  readonly kind: string;
  readonly stack: string;
  readonly createdAt: Date;
}

/**
 * The sets that `keep` newest ones make superfluous, oldest first.
 *
 * Only sets of the same kind and stack count: one stack's backups never push out another's, and
 * what a restore put aside for safety is never removed by itself.
 */
export function expiredSets<Set extends Kept>(
  sets: readonly Set[],
  own: Pick<Kept, "kind" | "stack">,
  keep: number,
): Set[] {
  return sets
    .filter(({ kind, stack }) => kind === own.kind && stack === own.stack)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
    .slice(Math.max(1, keep))
    .reverse();
}
