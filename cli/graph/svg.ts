import { type Box, boxWidth, layoutOf, lineHeight } from "./layout.ts";
import type { StackGraph } from "./stack-graph.ts";

/** Follows the reader's colour scheme; fonts are those that every system has. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .name { font-weight: 600; font-size: 15px; }
  .small { fill: #57606a; font-size: 12px; }
  .page { fill: #ffffff; }
  .box { fill: #f6f8fa; stroke: #8c959f; }
  .line { fill: none; stroke: #6e7781; stroke-width: 1.5; }
  .head { fill: #6e7781; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9da7b3; }
    .page { fill: #0d1117; }
    .box { fill: #161b22; stroke: #6e7681; }
    .line { stroke: #8b949e; }
    .head { fill: #8b949e; }
  }
`;

const arrowHead = `<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>`;

/** The graph as a picture that stands alone: no script, no outside font. */
export function graphAsSvg(graph: StackGraph): string {
  const { boxes, width, height } = layoutOf(graph);
  const byName = new Map(boxes.map((box) => [box.service.name, box]));
  const lines = graph.dependencies.flatMap(({ from, to }) => {
    const [start, end] = [byName.get(from), byName.get(to)];
    return start && end ? [line(start, end)] : [];
  });
  const names = boxes.map(({ service }) => service.name).join(", ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>The stack's services and what they need: ${escaped(names)}</title>`,
    `<style>${style}</style>`,
    arrowHead,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    // Lines are under boxes, so that one that passes a row does not strike through a text.
    ...lines,
    ...boxes.map(drawBox),
    "</svg>",
    "",
  ].join("\n");
}

function line(from: Box, to: Box): string {
  const [x1, y1] = [from.x + boxWidth / 2, from.y + from.height];
  const [x2, y2] = [to.x + boxWidth / 2, to.y];
  const bend = (y2 - y1) / 2;
  const path = `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
  return `<path class="line" d="${path}" marker-end="url(#arrow)"/>`;
}

function drawBox({ service, lines, x, y, height }: Box): string {
  const texts = lines.map(
    (text, index) =>
      `<text class="small" x="${x + 14}" y="${y + 24 + (index + 1) * lineHeight}">${escaped(text)}</text>`,
  );
  return [
    `<rect class="box" x="${x}" y="${y}" width="${boxWidth}" height="${height}" rx="6"/>`,
    `<text class="name" x="${x + 14}" y="${y + 24}">${escaped(service.name)}</text>`,
    ...texts,
  ].join("\n");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
