import { median } from "./load.ts";
import { type Comparison, described, ratio } from "./comparison.ts";

const width = 820;
const left = 210;
const right = 230;
const rowHeight = 34;
const barHeight = 18;
const top = 58;

/**
 * A bar for each ratio, and a line where both take as long; pure. A bar that is longer than the plot is cut,
 * and its number says how long it is.
 */
export function ratioPlot(
  comparisons: readonly Comparison[],
  { title, against }: { readonly title: string; readonly against: string },
): string {
  const rows = comparisons.flatMap((comparison) => {
    const value = ratio(comparison);
    return value === undefined ? [] : [{ ...comparison, value }];
  });
  const height = top + rows.length * rowHeight + 16;
  const highest = Math.max(1.5, Math.min(4, ...[Math.max(...rows.map(({ value }) => value))]));
  const x = (value: number) => left + (Math.min(value, highest) / highest) * (width - left - right);
  const bars = rows.map((row, index) => {
    const y = top + index * rowHeight;
    const seconds = `${shortly(row.ours)} : ${shortly(row.theirs)}`;
    const length = (x(row.value) - left).toFixed(1);
    return [
      `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escaped(row.title)}</text>`,
      `<rect x="${left}" y="${y}" width="${length}" height="${barHeight}" rx="3" fill="${colour(row.value)}"/>`,
      `<text x="${width - right + 14}" y="${y + 14}"><tspan font-weight="600">${row.value.toFixed(2)}</tspan>` +
        `<tspan class="quiet" dx="8">${seconds}</tspan></text>`,
    ].join("\n  ");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    "  <style>text{font:13px system-ui,sans-serif;fill:#24292f}.quiet{fill:#57606a}</style>",
    `  <rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `  <text x="16" y="24" style="font-size:15px;font-weight:600">${escaped(title)}</text>`,
    ...bars.map((bar) => `  ${bar}`),
    `  <line x1="${x(1).toFixed(1)}" x2="${x(1).toFixed(1)}" y1="${top - 8}" y2="${height - 12}" stroke="#57606a" stroke-dasharray="4 3"/>`,
    `  <text class="quiet" x="${x(1).toFixed(1)}" y="${top - 14}" text-anchor="middle">${escaped(against)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function shortly(samples: readonly number[]): string {
  return described([median(samples)]);
}

function colour(value: number): string {
  return value <= 1 ? "#2da44e" : "#bf8700";
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
