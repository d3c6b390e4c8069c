import { desiredStack } from "../../infra/desired-stack.ts";
import { renderSettings } from "../../infra/render-settings.ts";
import { repositorySources } from "../../infra/sources.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import { type StackGraph, stackGraph } from "./stack-graph.ts";

/** The graph of the stack as a fresh clone would have it: no `.env` file, no Docker. */
export function trackedGraph(root: string, stackName: string): StackGraph {
  const settings = renderSettings(readStackSettings(root, stackName));
  return stackGraph(desiredStack(settings, stackName, repositorySources(root)));
}
