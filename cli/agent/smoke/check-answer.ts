import type { SmokeRequest } from "./smoke-requests.ts";

/** What an answer lacks, in words; empty where it is as the runbook promises. Pure. */
export function checkAnswer(request: SmokeRequest, answer: unknown): string[] {
  const body = recordOf(answer);
  const metadata = recordOf(body["metadata"]);
  const problems: string[] = [];
  if (textOf(body["conversation_id"]) === "") problems.push("it has no conversation_id");
  if (textOf(metadata["trace_id"]) === "") problems.push("its metadata has no trace_id");
  if (replyOf(request, body) === "") problems.push("it has no text");
  if (!listOf(body["messages"]).some((message) => textOf(message["content"]) === request.prompt)) {
    problems.push("its messages do not echo the prompt");
  }
  if (request.tool !== undefined) {
    const executions = listOf(metadata["tool_executions"]);
    if (!executions.some(({ name }) => name === request.tool)) {
      problems.push(`its metadata shows no run of ${request.tool}`);
    }
  }
  return problems;
}

export function traceOf(answer: unknown): string {
  return textOf(recordOf(recordOf(answer)["metadata"])["trace_id"]);
}

/** The model that answered in place of the one that was asked for; undefined where none did. */
export function fallbackOf(answer: unknown): string | undefined {
  const body = recordOf(answer);
  const { fallback, model = body["model"] } = recordOf(body["metadata"]);
  return String(fallback) === "true" ? textOf(model) : undefined;
}

function replyOf({ reply }: SmokeRequest, body: Readonly<Record<string, unknown>>): string {
  if (reply === "response") return textOf(body["response"]);
  const [choice] = listOf(body["choices"]);
  return textOf(recordOf(choice?.["message"])["content"]);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
