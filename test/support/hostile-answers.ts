import fc from "fast-check";
import type { MemoryHit } from "../../agent/ports/memory.ts";
import type { Page, SearchResult } from "../../agent/ports/ports.ts";
import { hostileJson, hostileText, mutated } from "./hostile-json.ts";

/** What a model's server answers with. */
export interface Said {
  readonly text: string;
  readonly status?: number;
}

/** A chunk with all that a chunk may have. */
const chunk = {
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [
    {
      index: 0,
      delta: {
        role: "assistant",
        content: "word",
        refusal: null,
        tool_calls: [
          {
            index: 0,
            id: "call_1",
            type: "function",
            function: { name: "current_time", arguments: "{}" },
          },
        ],
      },
      logprobs: { content: [{ token: "word", logprob: -1, bytes: null, top_logprobs: [] }] },
      finish_reason: null,
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const ending = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };

const sse = (events: readonly unknown[]): Said => {
  const lines = events.map((event) => `data: ${textOf(event)}\n\n`);
  return { text: `${lines.join("")}data: [DONE]\n\n` };
};
export const calls = (made: readonly { name: string; args: string; id: string }[]): Said => {
  const parts = made.map(({ name, args, id }, index) => ({
    index,
    id,
    function: { name, arguments: args },
  }));
  const delta = { tool_calls: parts };
  return sse([{ choices: [{ index: 0, delta, finish_reason: "tool_calls" }] }]);
};
export const words = (content: string): Said =>
  sse([{ choices: [{ index: 0, delta: { content }, finish_reason: "stop" }] }]);

const toolNames = ["current_time", "web_search", "web_fetch", "search_memory", "no_such_tool"];
const argumentsText = fc.oneof(
  hostileJson.map(textOf),
  hostileText,
  fc.constantFrom('{"query":"x"}', '{"url":"http://example.com"}', '{"time_zone":"Nowhere"}'),
);
const call = fc.record({
  name: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...toolNames) }, hostileText),
  args: argumentsText,
  id: fc.oneof(fc.constantFrom("call_0", "", "call_1"), hostileText),
});

export const modelTurn: fc.Arbitrary<Said> = fc.oneof(
  fc
    .array(mutated(chunk), { minLength: 1, maxLength: 3 })
    .map((chunks) => sse([...chunks, ending])),
  fc.array(mutated(ending), { minLength: 1, maxLength: 2 }).map(sse),
  fc.array(hostileJson, { maxLength: 3 }).map(sse),
  hostileText.map((text) => ({ text })),
  fc.array(call, { minLength: 1, maxLength: 4 }).map(calls),
  fc.record({
    status: fc.constantFrom(200, 201, 400, 401, 404, 429, 500),
    text: fc.oneof(hostileText, mutated({ error: { message: "x", code: "y" } }).map(textOf)),
  }),
);

const result: fc.Arbitrary<SearchResult> = fc.record({
  title: hostileText,
  url: hostileText,
  snippet: hostileText,
  publishedAt: fc.option(hostileText, { nil: undefined }),
});
const page: fc.Arbitrary<Page> = fc.record({
  url: hostileText,
  title: hostileText,
  text: hostileText,
  isCut: fc.boolean(),
});
const hit: fc.Arbitrary<MemoryHit> = fc.record({
  id: hostileText,
  conversationId: hostileText,
  messageId: hostileText,
  role: hostileText,
  text: hostileText,
  createdAt: hostileText,
  score: fc.double(),
});
const orFailure = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: value },
    hostileText.map((message) => new Error(message)),
  );

/** What the agent's tools get of the services behind them, or how those fail. */
export const brought = fc.record({
  found: orFailure(fc.array(result, { maxLength: 3 })),
  fetched: orFailure(page),
  hits: orFailure(fc.array(hit, { maxLength: 3 })),
});

/** JSON.stringify has no text for what is nested without end; a server may. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return `{"choices":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  }
}
