import type { GraphService, StackGraph } from "./stack-graph.ts";

/** The graph as a Mermaid flowchart, which GitHub draws from a code block. */
export function graphAsMermaid({ services, dependencies }: StackGraph): string {
  return [
    "flowchart TD",
    ...services.flatMap(node),
    ...dependencies.map(({ from, to }) => `  ${id(from)} --> ${id(to)}`),
    ...services.flatMap(volumes),
    "",
  ].join("\n");
}

function node({ name, summary, published }: GraphService): string[] {
  const lines = [`<b>${name}</b>`, summary, ...published];
  return [`  ${id(name)}["${lines.map(quoted).join("<br>")}"]`];
}

function volumes({ name, volumes: names }: GraphService): string[] {
  return names.map(
    (volume) => `  ${id(name)} -.- ${id(`volume-${volume}`)}[("${quoted(volume)}")]`,
  );
}

/** "end" and its like are words of Mermaid's: a prefix keeps them apart. */
function id(name: string): string {
  return `s_${name.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
}

function quoted(text: string): string {
  return text.replaceAll('"', "#quot;");
}
