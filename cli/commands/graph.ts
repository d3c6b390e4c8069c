import { defineCommand } from "../command-line/command.ts";
import { graphAsMermaid } from "../graph/mermaid.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { graphAsSvg } from "../graph/svg.ts";
import { trackedGraph } from "../graph/tracked-graph.ts";

type Format = "mermaid" | "svg" | "json";

const formats: readonly Format[] = ["mermaid", "svg", "json"];
const usual: Format = "mermaid";

export const graph = defineCommand({
  options: (parser) =>
    parser.option("format", {
      choices: formats,
      default: usual,
      describe: "What to draw it as",
    }),
  examples: [
    ["./stack graph", "as Mermaid, which GitHub draws"],
    ["./stack graph --format svg > stack.svg", "as a picture"],
  ],
  run: (context, { format }) => {
    const drawn = trackedGraph(context.root, context.stackName);
    return { document: draw(drawn, format), data: drawn };
  },
});

function draw(drawn: StackGraph, format: Format): string {
  switch (format) {
    case "mermaid":
      return graphAsMermaid(drawn);
    case "svg":
      return graphAsSvg(drawn);
    case "json":
      return JSON.stringify(drawn, undefined, 2);
  }
}
