import type { RunEvent, RunOutcome } from "../loop/run-request.ts";
import { annotationsOf } from "./annotations.ts";
import type { ChatRequest } from "./chat-request.ts";
import { finishReasonOf, speaksOfFunctions } from "./functions-before-tools.ts";
import type { ConversationRun } from "../runs/conversation-run.ts";
import type { StreamedView } from "./stream-run.ts";

/**
 * The chunks of one streamed completion: one id, one time, and `choices` in each. The model is the one that
 * answers, from the first chunk that knows it.
 */
export function chatChunks(body: ChatRequest, run: ConversationRun): StreamedView {
  let base = {
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
  const named = (answeredBy: string | undefined) => {
    if (answeredBy !== undefined) base = { ...base, model: answeredBy };
  };
  return {
    opening: (first) => {
      if (first?.type === "delta") named(first.answeredBy);
      return [choice({ role: "assistant", content: "" })];
    },
    during: (event) => {
      if (event.type === "turn_ended") return [];
      if (event.type === "delta") named(event.answeredBy);
      if (event.type !== "delta") return [statusChunk(choice({}), event)];
      return event.deltas.map(({ content, reasoning, logprobs = null }) =>
        choice(
          reasoning === undefined
            ? { content }
            : { reasoning_content: reasoning, ...(content !== "" && { content }) },
          null,
          logprobs,
        ),
      );
    },
    closing: (outcome) => {
      named(outcome.answeredBy);
      const calls = speaksOfFunctions(body)
        ? functionCallChunks(outcome)
        : clientCallChunks(outcome);
      return [
        ...calls.map((delta) => choice(delta)),
        ...citationChunks(outcome).map((delta) => choice(delta)),
        choice({}, finishReasonOf(body, outcome)),
        ...(wantsUsage ? [{ ...base, choices: [], usage: outcome.usage }] : []),
      ];
    },
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

function functionCallChunks({ clientCalls }: RunOutcome): object[] {
  return clientCalls
    .slice(0, 1)
    .flatMap(({ function: { name, arguments: text } }) => [
      { function_call: { name, arguments: "" } },
      { function_call: { arguments: text } },
    ]);
}

function citationChunks({ executions }: RunOutcome): object[] {
  const annotations = annotationsOf(executions);
  return annotations.length === 0 ? [] : [{ annotations }];
}
