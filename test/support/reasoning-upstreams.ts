import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/**
 * Providers of reasoning models, as strict as they are: a turn that called a tool comes back with what it
 * thought, or the next one is refused in the provider's own words. Each calls `current_time` three times
 * in an answer, then answers.
 */
export interface ReasoningUpstreams {
  /** DeepSeek's at `/deepseek`, Anthropic's at `/anthropic`, OpenAI's Responses at `/openai`. */
  readonly url: string;
  /** What each was sent, in order. */
  readonly requests: readonly { readonly path: string; readonly body: Body }[];
  /** What they refused, in their words. */
  readonly refusals: readonly string[];
  readonly close: () => Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, unknown>>;

/** What a provider said in one turn. */
interface Said {
  readonly callId: string | undefined;
  readonly thought: string;
  /** Opaque: only the provider that gave it can tell whether it is right. */
  readonly sealed: string;
}

interface Provider {
  /** Undefined: the request is as it has to be. */
  readonly complaint: (body: Body, known: ReadonlyMap<string, Said>) => object | undefined;
  /** Calls that were answered since the last question. */
  readonly rounds: (body: Body) => number;
  readonly events: (said: Said) => readonly string[];
}

const rounds = 3;
export const finalAnswer = "It is the same everywhere.";
const zones = ["UTC", "Asia/Tokyo", "America/Lima"];

export async function startReasoningUpstreams(): Promise<ReasoningUpstreams> {
  const requests: { path: string; body: Body }[] = [];
  const refusals: string[] = [];
  const known = new Map<string, Said>();
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const { url: path = "" } = request;
      const provider = providers.find(([start]) => path.startsWith(start))?.[1];
      if (provider === undefined) {
        answer(response, 404, { error: { message: `There is no ${path}.` } });
        return;
      }
      const body = JSON.parse(sent) as Body;
      requests.push({ path, body });
      const complaint = provider.complaint(body, known);
      if (complaint !== undefined) {
        refusals.push(JSON.stringify(complaint));
        answer(response, 400, complaint);
        return;
      }
      const count = requests.length;
      const isOver = provider.rounds(body) >= rounds;
      const said: Said = {
        callId: isOver ? undefined : `call_of_turn_${count}`,
        thought: `Thought number ${count}, in pieces.`,
        sealed: Buffer.from(`sealed ${count}`).toString("base64"),
      };
      if (said.callId !== undefined) known.set(said.callId, said);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(provider.events(said).join(""));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    refusals,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The arguments of the nth call of an answer: the same twice would be a loop. */
function argumentsOf({ callId = "" }: Said): string {
  const count = Number(callId.replace("call_of_turn_", ""));
  return JSON.stringify({ time_zone: zones[count % zones.length] });
}

const pieces = ({ thought }: Said) => thought.split(/(?<= )/);
const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const listIn = (body: Body, name: string) => body[name] as readonly Item[];

/** DeepSeek V4: every message that called a tool comes back with its `reasoning_content`. */
const deepseek: Provider = {
  complaint: (body, known) => {
    const isForgotten = listIn(body, "messages").some(({ tool_calls: calls, ...message }) =>
      ((calls ?? []) as readonly { readonly id: string }[]).some(
        ({ id }) => message["reasoning_content"] !== (known.get(id)?.thought ?? "unknown"),
      ),
    );
    if (!isForgotten) return undefined;
    const message = "The `reasoning_content` in the thinking mode must be passed back to the API.";
    const type = "invalid_request_error";
    return { error: { message, type, param: null, code: type } };
  },
  rounds: (body) => sinceQuestion(body).filter(({ role }) => role === "tool").length,
  events: (said) => {
    const choice = (delta: object, finish: string | null = null) =>
      data({
        id: "ds-1",
        object: "chat.completion.chunk",
        created: 1,
        model: "deepseek-v4-pro",
        choices: [{ index: 0, delta, finish_reason: finish }],
      });
    const call = {
      index: 0,
      id: said.callId,
      type: "function",
      function: { name: "current_time", arguments: argumentsOf(said) },
    };
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 10,
      total_tokens: 30,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 6 },
    };
    return [
      choice({ role: "assistant", content: null, reasoning_content: "" }),
      ...pieces(said).map((piece) => choice({ content: null, reasoning_content: piece })),
      ...(said.callId === undefined
        ? [choice({ content: finalAnswer, reasoning_content: null }), choice({}, "stop")]
        : [choice({ tool_calls: [call] }), choice({}, "tool_calls")]),
      data({ id: "ds-1", object: "chat.completion.chunk", created: 1, choices: [], usage }),
      "data: [DONE]\n\n",
    ];
  },
};

/** Anthropic: while thinking is on, a message that called a tool begins with its own signed thinking. */
const anthropic: Provider = {
  complaint: (body, known) => {
    const problems = listIn(body, "messages").flatMap(({ content }, index) => {
      if (!Array.isArray(content)) return [];
      const [first, ...others] = content as readonly Item[];
      const call = others.concat(first ?? []).find(({ type }) => type === "tool_use");
      if (call === undefined) return [];
      const place = `messages.${index}.content.0`;
      if (first?.["type"] === "tool_use") {
        return [
          `${place}.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`tool_use\`.`,
        ];
      }
      const said = known.get(String(call["id"]));
      const isIts = first?.["thinking"] === said?.thought && first?.["signature"] === said?.sealed;
      return isIts ? [] : [`${place}: Invalid \`signature\` in \`thinking\` block`];
    });
    if (body["thinking"] === undefined) problems.push("thinking: Field required in this test");
    const [message] = problems;
    if (message === undefined) return undefined;
    return { type: "error", error: { type: "invalid_request_error", message } };
  },
  rounds: (body) => {
    const messages = listIn(body, "messages");
    const results = messages.map(({ role, content }) =>
      role === "user" && Array.isArray(content)
        ? (content as readonly Item[]).filter(({ type }) => type === "tool_result").length
        : 0,
    );
    const question = results.findLastIndex(
      (count, index) => count === 0 && messages[index]?.["role"] === "user",
    );
    return results.slice(question + 1).reduce((sum, count) => sum + count, 0);
  },
  events: (said) => {
    const event = (type: string, more: object) => `event: ${type}\n${data({ type, ...more })}`;
    const delta = (index: number, part: object) =>
      event("content_block_delta", { index, delta: part });
    const block = (index: number, start: object, ...parts: readonly object[]) => [
      event("content_block_start", { index, content_block: start }),
      ...parts.map((part) => delta(index, part)),
      event("content_block_stop", { index }),
    ];
    const { callId: id } = said;
    return [
      event("message_start", {
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "claude-sonnet-4-5",
          content: [],
          stop_reason: null,
          usage: { input_tokens: 20, output_tokens: 1, cache_read_input_tokens: 8 },
        },
      }),
      ...block(
        0,
        { type: "thinking", thinking: "", signature: "" },
        ...pieces(said).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: said.sealed },
      ),
      ...(id === undefined
        ? block(1, { type: "text", text: "" }, { type: "text_delta", text: finalAnswer })
        : block(
            1,
            { type: "tool_use", id, name: "current_time", input: {} },
            { type: "input_json_delta", partial_json: argumentsOf(said) },
          )),
      event("message_delta", {
        delta: { stop_reason: id === undefined ? "end_turn" : "tool_use", stop_sequence: null },
        usage: { output_tokens: 10 },
      }),
      event("message_stop", {}),
    ];
  },
};

/** OpenAI's Responses: a function call comes after the reasoning that led to it. */
const openai: Provider = {
  complaint: (body, known) => {
    const input = listIn(body, "input");
    const orphan = input.find(({ type, call_id: id }, index) => {
      if (type !== "function_call") return false;
      const reasoning = input.slice(0, index).findLast((item) => item["type"] === "reasoning");
      return reasoning?.["encrypted_content"] !== (known.get(String(id))?.sealed ?? "unknown");
    });
    if (orphan === undefined) return undefined;
    const id = String(orphan["call_id"]);
    const message = `Item 'fc_${id}' of type 'function_call' was provided without its required 'reasoning' item: 'rs_${id}'.`;
    return { error: { message, type: "invalid_request_error", param: "input", code: null } };
  },
  rounds: (body) => {
    const input = listIn(body, "input");
    const question = input.findLastIndex(({ role }) => role === "user");
    const later = input.slice(question + 1);
    return later.filter(({ type }) => type === "function_call_output").length;
  },
  events: (said) => {
    let number = 0;
    const event = (type: string, more: object) =>
      `event: ${type}\n${data({ type, sequence_number: number++, ...more })}`;
    const { callId: id } = said;
    const reasoning = {
      type: "reasoning",
      id: `rs_${id ?? "end"}`,
      encrypted_content: said.sealed,
      summary: [{ type: "summary_text", text: said.thought }],
    };
    const call = {
      type: "function_call",
      id: `fc_${id ?? ""}`,
      call_id: id,
      name: "current_time",
      arguments: argumentsOf(said),
      status: "completed",
    };
    const part = { type: "output_text", text: finalAnswer, annotations: [] };
    const message = {
      type: "message",
      id: "msg_1",
      role: "assistant",
      status: "completed",
      content: [part],
    };
    const second = id === undefined ? message : call;
    const response = {
      id: "resp_1",
      object: "response",
      created_at: 1,
      model: "gpt-5.4",
      status: "in_progress",
      output: [] as object[],
      parallel_tool_calls: true,
      tool_choice: "auto",
      tools: [],
    };
    const usage = {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 6 },
      total_tokens: 30,
    };
    // OpenAI's answers say who is billed, which no schema has. Without that, the pinned LiteLLM's proxy
    // drops the reasoning items of this event (BerriAI/litellm#38907).
    const billing = { payer: "developer" };
    const whole = { ...response, billing, status: "completed", output: [reasoning, second], usage };
    const { item_id, output_index } = { item_id: reasoning.id, output_index: 0 };
    return [
      event("response.created", { response }),
      event("response.output_item.added", { output_index, item: { ...reasoning, summary: [] } }),
      ...pieces(said).map((delta) =>
        event("response.reasoning_summary_text.delta", {
          item_id,
          output_index,
          summary_index: 0,
          delta,
        }),
      ),
      event("response.output_item.done", { output_index, item: reasoning }),
      event("response.output_item.added", {
        output_index: 1,
        item: id === undefined ? { ...message, content: [] } : { ...call, arguments: "" },
      }),
      id === undefined
        ? event("response.output_text.delta", {
            item_id: "msg_1",
            output_index: 1,
            content_index: 0,
            delta: finalAnswer,
          })
        : event("response.function_call_arguments.delta", {
            item_id: call.id,
            output_index: 1,
            delta: call.arguments,
          }),
      event("response.output_item.done", { output_index: 1, item: second }),
      event("response.completed", { response: whole }),
    ];
  },
};

const providers: readonly (readonly [start: string, provider: Provider])[] = [
  ["/deepseek", deepseek],
  ["/anthropic", anthropic],
  ["/openai", openai],
];

function sinceQuestion(body: Body): readonly Item[] {
  const messages = listIn(body, "messages");
  return messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
}
