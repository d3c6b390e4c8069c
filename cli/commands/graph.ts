import { defineCommand } from "../command-line/command.ts";
import { graphAsMermaid } from "../graph/mermaid.ts";
import { trackedGraph } from "../graph/tracked-graph.ts";

type Format = "mermaid" | "json";

const formats: readonly Format[] = ["mermaid", "json"];
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
    ["./stack graph --format json", "for another tool"],
  ],
  run: (context, { format }) => {
    const drawn = trackedGraph(context.root, context.stackName);
    const document =
      format === "json" ? JSON.stringify(drawn, undefined, 2) : graphAsMermaid(drawn);
    return { document, data: drawn };
  },
});
