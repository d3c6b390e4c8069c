import type { ToolExecution } from "../loop/tool-execution.ts";

/** The pages that a run's tools found, each once, as OpenAI's annotations of an answer. */
export function annotationsOf(executions: readonly ToolExecution[]): readonly object[] {
  const titles = new Map(
    executions.flatMap(({ citations }) => citations.map(({ title, url }) => [url, title] as const)),
  );
  return [...titles].map(([url, title]) => ({
    type: "url_citation",
    // Of the answer as a whole: which words rest on which page is not known.
    url_citation: { title, url, start_index: 0, end_index: 0 },
  }));
}
