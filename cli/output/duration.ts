const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/**
 * A length of time as people say it: "3 h", "12 min".
 *
 * @param parts how many units it is told in: with two, "1 min 12 s".
 */
export function duration(milliseconds: number, parts: 1 | 2 = 1): string {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const first = units.findIndex(([, size]) => rest >= size);
  const told = first === -1 ? units.slice(-1) : units.slice(first, first + parts);
  const words = told.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest %= size;
    return `${count} ${unit}`;
  });
  return words.join(" ");
}

/** How long something took, exactly enough to compare: "3.4 s". */
export function secondsTaken(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
