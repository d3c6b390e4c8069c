import { graphAsMermaid } from "./mermaid.ts";
import type { GraphService, StackGraph } from "./stack-graph.ts";

/** docs/architecture/services.md: the graph in words and as Mermaid. */
export function graphPage(graph: StackGraph): string {
  const row = ({ name, summary, published, volumes }: GraphService): string => {
    const needs = graph.dependencies.filter(({ from }) => from === name).map(({ to }) => to);
    const cells = [name, summary, listed(published), listed(needs), listed(volumes)];
    return `| ${cells.join(" | ")} |`;
  };
  return [
    "# Services",
    "",
    "Generated from the program by `npm run generate`; `./stack graph` draws the same.",
    "",
    "| service | what it is for | published on | needs | volumes |",
    "|---|---|---|---|---|",
    ...graph.services.map(row),
    "",
    "```mermaid",
    graphAsMermaid(graph).trimEnd(),
    "```",
    "",
  ].join("\n");
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? "-" : texts.join(", ");
}
