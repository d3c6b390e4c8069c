/** So many moments from 0 to 1, always the same for a seed, one in each stretch of equal length. */
export function seededMoments(count: number, seed: number): number[] {
  let state = seed >>> 0;
  const next = () => {
    // A linear congruential generator: enough to place moments.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, (_, index) => (index + next()) / count);
}
