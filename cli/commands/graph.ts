import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../os/exit-codes.ts";
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
  run: ({ format }, context) => {
    const drawn = trackedGraph(context.root, context.stackName);
    context.printData(draw(drawn, format).trimEnd());
    context.result({ command: "graph", ...drawn });
    return Promise.resolve(exitCodes.done);
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
