import { uuid } from "../../agent/identifiers.ts";
import type { FinishedRun, NewRun } from "../../agent/runs/run-record.ts";

/** A run as it begins, of its own conversation. */
export function newRun(more: Partial<NewRun> = {}): NewRun {
  return {
    id: uuid(),
    endpoint: "agent",
    model: "planner",
    traceId: "0".repeat(32),
    userId: "ada",
    source: "api",
    conversation: { id: uuid() },
    messages: [],
    metadata: {},
    remember: { traceparent: "00-0-0-01" },
    historyMessages: 40,
    ...more,
  };
}

/** How a run ended, all but which one it is. */
export function finishedRun(
  more: Partial<FinishedRun> = {},
): Omit<FinishedRun, "id" | "conversationId"> {
  return {
    status: "completed",
    steps: 1,
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    messages: [],
    executions: [],
    remember: { traceparent: "00-0-0-01" },
    ...more,
  };
}
