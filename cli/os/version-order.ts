/**
 * Less than zero where `left` is the older of two versions; zero where they are the same.
 *
 * Numbers count as numbers, however many there are; a pre-release comes before its release.
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let place = 0; place < Math.max(a.length, b.length); place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(!isPrerelease(left)) - Number(!isPrerelease(right));
}

/** True for "1.0.0-rc.1", "2.0b3", "3.0.0.dev1". */
export function isPrerelease(version: string): boolean {
  return /\d[-.]?(a|b|rc|alpha|beta|dev|pre|next|canary|nightly)/i.test(version);
}

/** The newest release among `versions` that begins with the same `parts` numbers as `pinned`. */
export function newestInLine(
  pinned: string,
  versions: readonly string[],
  parts: number,
): string | undefined {
  const line = numbersOf(pinned).slice(0, parts).join(".");
  return versions
    .filter((version) => numbersOf(version).slice(0, parts).join(".") === line)
    .filter((version) => !isPrerelease(version))
    .sort(compareVersions)
    .at(-1);
}

function numbersOf(version: string): number[] {
  const [release = ""] = version.replace(/^v/, "").split(/[-+a-z]/i);
  return release.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
