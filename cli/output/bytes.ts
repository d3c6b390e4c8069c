const units = ["B", "kB", "MB", "GB", "TB"];

/** A number of bytes on a disk or a line as people read it: "12.3 MB". Memory is a `memorySize`. */
export function bytes(count: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ""}`;
}
