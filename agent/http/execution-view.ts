import type { ToolExecution } from "../loop/tool-execution.ts";

/** What a caller may know of a tool's execution. */
export function executionView(execution: ToolExecution): object {
  const { id, name, status, duration_ms, result_count, error } = execution;
  return {
    id,
    name,
    arguments: execution.arguments,
    status,
    duration_ms,
    ...(result_count !== undefined && { result_count }),
    ...(error !== undefined && { error }),
  };
}
