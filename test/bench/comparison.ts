import { median } from "./load.ts";

/** How long a piece of work took, in milliseconds, in every run of it. */
export interface Samples {
  readonly ours: readonly number[];
  /** Of what a user would use instead; empty where there is no such thing. */
  readonly theirs: readonly number[];
}

/** A piece of work that both sides did. */
export interface Comparison extends Samples {
  readonly title: string;
  /** The highest ratio that we want. */
  readonly aim?: number;
}

/** Our median by theirs; undefined where there is nothing to compare with. */
export function ratio({ ours, theirs }: Samples): number | undefined {
  return ours.length === 0 || theirs.length === 0 ? undefined : median(ours) / median(theirs);
}

/** A Markdown table, one row for each piece of work that was measured. */
export function comparisonTable(
  comparisons: readonly Comparison[],
  { theirs, ours }: { readonly theirs: string; readonly ours: string },
): string {
  const rows = comparisons.map((comparison) => {
    const { title, aim } = comparison;
    const cells = [
      title,
      described(comparison.theirs),
      described(comparison.ours),
      ratio(comparison)?.toFixed(2) ?? "",
      aim === undefined ? "" : `≤ ${aim}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const heads = `| work | ${theirs} | ${ours} | ratio | aim |\n| --- | --- | --- | --- | --- |`;
  return [heads, ...rows].join("\n");
}

/** "2.10 s (2.05–2.21)": the median, and the least and the most of all runs. */
export function described(samples: readonly number[]): string {
  if (samples.length === 0) return "–";
  const middle = median(samples);
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  const spread =
    samples.length === 1 ? "" : ` (${inSeconds(least, middle)}–${inSeconds(most, middle)})`;
  return `${inSeconds(middle)} s${spread}`;
}

/** Three figures that count, as many digits for a spread as for its median. */
function inSeconds(milliseconds: number, like = milliseconds): string {
  const digits = like < 1_000 ? 3 : like < 10_000 ? 2 : 1;
  return (milliseconds / 1_000).toFixed(digits);
}
