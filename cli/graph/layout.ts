import type { GraphService, StackGraph } from "./stack-graph.ts";

export interface Box {
  readonly service: GraphService;
  /** What is under the name. */
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export interface Layout {
  readonly boxes: readonly Box[];
  readonly width: number;
  readonly height: number;
}

export const boxWidth = 260;
/** As many characters as fit into a box at its text size, wide letters included. */
const lineLength = 36;
const gap = { x: 40, y: 70 };
const margin = 24;
export const lineHeight = 18;

/**
 * Rows by layer, each centred; within a row, services are below those that need them.
 *
 * The same graph gives the same layout on every machine.
 */
export function layoutOf({ services, dependencies }: StackGraph): Layout {
  const rows = rowsOf(services);
  const widest = Math.max(...rows.map((row) => row.length));
  const width = widest * (boxWidth + gap.x) - gap.x + 2 * margin;
  const boxes: Box[] = [];
  let y = margin;
  for (const row of rows) {
    const centreOfUsers = (name: string): number => {
      const users = dependencies.filter(({ to }) => to === name).map(({ from }) => from);
      const placed = boxes.filter(({ service }) => users.includes(service.name));
      const sum = placed.reduce((total, box) => total + box.x, 0);
      return placed.length === 0 ? width / 2 : sum / placed.length;
    };
    // Sorting is stable: services with the same users stay in order of their names.
    const ordered = row.toSorted((a, b) => centreOfUsers(a.name) - centreOfUsers(b.name));
    const rowWidth = ordered.length * (boxWidth + gap.x) - gap.x;
    const height = Math.max(...ordered.map(boxHeight));
    ordered.forEach((service, index) => {
      const x = (width - rowWidth) / 2 + index * (boxWidth + gap.x);
      boxes.push({ service, lines: linesOf(service), x, y, height: boxHeight(service) });
    });
    y += height + gap.y;
  }
  return { boxes, width, height: y - gap.y + margin };
}

function rowsOf(services: readonly GraphService[]): GraphService[][] {
  const rows: GraphService[][] = [];
  for (const service of services) (rows[service.layer] ??= []).push(service);
  return rows;
}

function boxHeight(service: GraphService): number {
  return (1 + linesOf(service).length) * lineHeight + 20;
}

function linesOf({ summary, published, volumes }: GraphService): string[] {
  return [...wrapped(summary), ...published, ...volumes.map((volume) => `volume ${volume}`)];
}

function wrapped(text: string): string[] {
  return text.split(" ").reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    const fits = last !== undefined && last.length + 1 + word.length <= lineLength;
    return fits ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word];
  }, []);
}
