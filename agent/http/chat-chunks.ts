import type { RunEvent, RunOutcome } from "../loop/run-request.ts";
import { annotationsOf } from "./annotations.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { ConversationRun } from "../runs/conversation-run.ts";
import type { StreamedView } from "./stream-run.ts";

/** The chunks of one streamed completion: one id, one time, one model, and `choices` in each. */
export function chatChunks(body: ChatRequest, run: ConversationRun): StreamedView {
  const base = {
    id: `chatcmpl-${run.id}`,
    object: "chat.completion.chunk",
    created: Math.floor(run.createdAt.getTime() / 1000),
    model: body.model,
  };
  const wantsUsage = body.stream_options?.include_usage === true;
  const choice = (delta: object, finishReason: string | null = null, logprobs: unknown = null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs, finish_reason: finishReason }],
    ...(wantsUsage && { usage: null }),
  });
  return {
    opening: () => [choice({ role: "assistant", content: "" })],
    during: (event) => {
      if (event.type === "turn_ended") return [];
      if (event.type !== "delta") return [statusChunk(choice({}), event)];
      return event.deltas.map(({ content, logprobs = null }) =>
        choice({ content }, null, logprobs),
      );
    },
    closing: (outcome) => [
      ...clientCallChunks(outcome).map((delta) => choice(delta)),
      ...citationChunks(outcome).map((delta) => choice(delta)),
      choice({}, outcome.finishReason),
      ...(wantsUsage ? [{ ...base, choices: [], usage: outcome.usage }] : []),
    ],
  };
}

/** Clients that know no `event` see a choice without content: many read `choices[0]` of each chunk. */
function statusChunk(
  empty: object,
  event: Exclude<RunEvent, { type: "delta" | "turn_ended" }>,
): object {
  const description =
    event.type === "tools_started"
      ? `Running ${event.calls.map((call) => call.function.name).join(", ")}`
      : `Finished ${event.executions.map(({ name }) => name).join(", ")}`;
  const data = { description, done: event.type === "tools_finished" };
  return { ...empty, event: { type: "status", data } };
}

/** As OpenAI sends them: each call's name with its id, then its arguments. */
function clientCallChunks({ clientCalls }: RunOutcome): object[] {
  return clientCalls.flatMap(({ id, type, function: { name, arguments: text } }, index) => [
    { tool_calls: [{ index, id, type, function: { name, arguments: "" } }] },
    { tool_calls: [{ index, function: { arguments: text } }] },
  ]);
}

function citationChunks({ executions }: RunOutcome): object[] {
  const annotations = annotationsOf(executions);
  return annotations.length === 0 ? [] : [{ annotations }];
}
