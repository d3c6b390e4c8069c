import type { Usage } from "../../agent/runs/run-record.ts";

/** What the scripted model server does with a request. */
export type Turn = Answer | Refusal | Silence | RawAnswer;

/** An answer as OpenAI's servers give it, whole or in chunks as the request asks, or a broken one. */
export interface Answer {
  readonly text?: string;
  /** Deltas before those of the words, such as a reasoning model's. */
  readonly opening?: readonly object[];
  readonly calls?: readonly ScriptedCall[];
  /** How text and arguments are cut into deltas: at spaces unless a number of characters is given. */
  readonly deltaCharacters?: number;
  /** Null: the server counts nothing, as some do. */
  readonly usage?: Usage | null;
  /** Unless given, `tool_calls` where there are calls, else `stop`. */
  readonly finish?: "stop" | "length" | "tool_calls" | "content_filter";
  /** Opens the stream with a chunk that has no choice, as Azure's do. */
  readonly opensWithoutChoice?: boolean;
  /** Of the answer, as LiteLLM has some that say who answered. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends an HTTP chunk in the midst of every character that takes more than one byte. */
  readonly cutsCharacters?: boolean;
  /** What happens where the answer should have come to its end. */
  readonly then?: Break;
}

/** The connection is cut; it stays open and silent; a line that is not JSON; an error in the stream. */
export type Break = "cut" | "stall" | "bad JSON" | "error event";

export interface ScriptedCall {
  readonly name: string;
  /** JSON, or what a model writes in its place. */
  readonly args: string;
  /** Empty: the server gives none, as some do. */
  readonly id?: string;
  /** What a provider adds to a call. */
  readonly more?: object;
}

/** An answer with another status than 200. */
export interface Refusal {
  readonly status: number;
  readonly message?: string;
  readonly type?: string;
  readonly code?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Accepts the request and never answers. */
export interface Silence {
  readonly stall: true;
}

/** 200 with these bytes, whatever they are. */
export interface RawAnswer {
  readonly raw: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const scriptedUsage: Usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** The refusals of OpenAI's API, in its words. */
export const refusals = {
  wrongKey: {
    status: 401,
    message: "Incorrect API key provided.",
    type: "invalid_request_error",
    code: "invalid_api_key",
  },
  rateLimit: (seconds: number): Refusal => ({
    status: 429,
    message: "Rate limit reached for requests.",
    type: "requests",
    code: "rate_limit_exceeded",
    headers: { "retry-after": String(seconds) },
  }),
  failure: { status: 500, message: "The server had an error.", type: "server_error" },
  tooLong: {
    status: 400,
    message: "This model's maximum context length is 8192 tokens.",
    type: "invalid_request_error",
    code: "context_length_exceeded",
  },
} as const;

/** The events of an answer's stream up to its break, or to the end. */
export function answerEvents(answer: Answer, model: string, wantsUsage: boolean): string[] {
  const chunk = (choices: object[], usage?: Usage) => {
    const base = { id: "chatcmpl-scripted", object: "chat.completion.chunk", created: 1, model };
    return event(JSON.stringify({ ...base, choices, ...(usage && { usage }) }));
  };
  const delta = (content: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: content, logprobs: null, finish_reason: finish }]);
  const beginning = [
    ...(answer.opensWithoutChoice === true ? [chunk([])] : []),
    ...deltas(answer).map((each) => delta(each)),
  ];
  if (answer.then === "bad JSON") return [...beginning, event('{"id": "chatcmpl-scr')];
  if (answer.then === "error event") return [...beginning, event(errorBody(refusals.failure))];
  if (answer.then !== undefined) return beginning;
  const usage = answer.usage === undefined ? scriptedUsage : answer.usage;
  return [
    ...beginning,
    delta({}, finishOf(answer)),
    ...(wantsUsage && usage !== null ? [chunk([], usage)] : []),
    event("[DONE]"),
  ];
}

/** The same answer as one object. */
export function wholeAnswer(answer: Answer, model: string): object {
  const { text = null, usage = scriptedUsage } = answer;
  const calls = toolCalls(answer);
  const message = {
    role: "assistant",
    content: text,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id: "chatcmpl-scripted",
    object: "chat.completion",
    created: 1,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }],
    ...(usage !== null && { usage }),
  };
}

export function errorBody({
  message = "scripted",
  type = "scripted",
  code = null,
}: Refusal): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}

function deltas(answer: Answer): object[] {
  const { text = "", deltaCharacters, opening = [] } = answer;
  const calls = toolCalls(answer);
  return [
    { role: "assistant", content: calls.length > 0 && text === "" ? null : "" },
    ...opening,
    ...parts(text, deltaCharacters).map((content) => ({ content })),
    ...calls.flatMap((call, index) => {
      const { arguments: args, name } = call.function;
      const first = { ...call, index, function: { name, arguments: "" } };
      const rest = parts(args, deltaCharacters).map((part) => ({
        index,
        function: { arguments: part },
      }));
      return [first, ...rest].map((each) => ({ tool_calls: [each] }));
    }),
  ];
}

function toolCalls({ calls = [] }: Answer) {
  return calls.map(({ name, args, id, more }, index) => ({
    id: id ?? `call_${index}`,
    type: "function",
    function: { name, arguments: args },
    ...more,
  }));
}

function parts(text: string, characters: number | undefined): string[] {
  if (characters === undefined) return text.split(/(?<= )/).filter((part) => part !== "");
  return text.match(new RegExp(`.{1,${characters}}`, "gsu")) ?? [];
}

function finishOf({ finish, calls = [] }: Answer): string {
  return finish ?? (calls.length > 0 ? "tool_calls" : "stop");
}

function event(data: string): string {
  return `data: ${data}\n\n`;
}
