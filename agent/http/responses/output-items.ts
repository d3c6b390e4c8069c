import type {
  ResponseCustomToolCall,
  ResponseFunctionToolCall,
  ResponseFunctionWebSearch,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputText,
  ResponseReasoningItem,
} from "openai/resources/responses/responses";
import type { ChatCompletionMessageFunctionToolCall } from "openai/resources/chat/completions";
import { uuid } from "../../identifiers.ts";
import { parseArguments } from "../../loop/execute-call.ts";
import type { Citation, ToolExecution } from "../../loop/tool-execution.ts";
import type { Turn } from "../../loop/turn.ts";
import type { Includable } from "./response-request.ts";

/** The items that the agent gives, in OpenAI's own types. */
export type OutputItem =
  | ResponseOutputMessage
  | ResponseReasoningItem
  | ResponseFunctionToolCall
  | ResponseCustomToolCall
  | ResponseFunctionWebSearch
  | ResponseOutputItem.McpCall;

type Call = ChatCompletionMessageFunctionToolCall;

/** Whose tools a call of ours is said to be. */
export const ownServer = "agent";

/** `msg_`, `rs_` and so on, and what no other item has. */
export function newItemId(prefix: string): string {
  return `${prefix}_${uuid().replaceAll("-", "")}`;
}

export function emptyMessage(): ResponseOutputMessage {
  return {
    id: newItemId("msg"),
    type: "message",
    role: "assistant",
    status: "in_progress",
    content: [],
  };
}

/** Without a status: clients send items back, and OpenAI's own takes none of a reasoning item. */
export function emptyReasoning(): ResponseReasoningItem {
  return { id: newItemId("rs"), type: "reasoning", summary: [] };
}

/**
 * A call that its client is to make.
 *
 * @param customTools names of tools that take text, which the model was offered as functions of `input`.
 */
export function clientCallItem(
  { id: callId, function: { name, arguments: text } }: Call,
  customTools: ReadonlySet<string>,
): ResponseFunctionToolCall | ResponseCustomToolCall {
  if (customTools.has(name)) {
    const input = inputOf(text);
    return { id: newItemId("ctc"), type: "custom_tool_call", call_id: callId, name, input };
  }
  return {
    id: newItemId("fc"),
    type: "function_call",
    call_id: callId,
    name,
    arguments: text,
    status: "completed",
  };
}

function inputOf(text: string): string {
  const parsed = parseArguments(text);
  const { input } = (parsed.ok ? parsed.value : {}) as { readonly input?: unknown };
  return typeof input === "string" ? input : text;
}

/**
 * A call that we make. Clients that named `web_search` among their tools know its items; to others,
 * which may know no tool of that name, ours are calls of an MCP server: those need no tool of theirs.
 */
export function ownCallItem(
  { function: { name, arguments: text } }: Call,
  knowsWebSearch: boolean,
): ResponseFunctionWebSearch | ResponseOutputItem.McpCall {
  const action = knowsWebSearch ? webAction(name, text) : undefined;
  if (action !== undefined) {
    return { id: newItemId("ws"), type: "web_search_call", status: "in_progress", action };
  }
  return {
    id: newItemId("mcp"),
    type: "mcp_call",
    status: "in_progress",
    server_label: ownServer,
    name,
    arguments: text,
    output: null,
    error: null,
    approval_request_id: null,
  };
}

function webAction(name: string, text: string): ResponseFunctionWebSearch["action"] | undefined {
  const parsed = parseArguments(text);
  const { query, url } = (parsed.ok ? parsed.value : {}) as Record<string, unknown>;
  if (name === "web_search") {
    const words = typeof query === "string" ? query : "";
    return { type: "search", query: words, queries: words === "" ? [] : [words] };
  }
  if (name !== "web_fetch") return undefined;
  return { type: "open_page", url: typeof url === "string" ? url : null };
}

/** The same item when its call has ended. */
export function finishedOwnCall<Item extends ReturnType<typeof ownCallItem>>(
  item: Item,
  { status, output, error, citations }: ToolExecution,
): Item {
  const ended = status === "ok" ? "completed" : "failed";
  if (item.type === "mcp_call") {
    if (status === "ok") return { ...item, status: ended, output };
    return {
      ...item,
      status: ended,
      error: { type: "mcp_tool_execution_error", content: error ?? output },
    };
  }
  if (item.action.type !== "search") return { ...item, status: ended };
  return { ...item, status: ended, action: { ...item.action, sources: citations.map(sourceOf) } };
}

function sourceOf({ url }: Citation): { type: "url"; url: string } {
  return { type: "url", url };
}

/** The pages that the tools found, each once; which words rest on which page is not known. */
export function annotationsOf(
  executions: readonly ToolExecution[],
): ResponseOutputText.URLCitation[] {
  const titles = new Map(
    executions.flatMap(({ citations }) => citations.map(({ title, url }) => [url, title] as const)),
  );
  return [...titles].map(([url, title]) => ({
    type: "url_citation",
    title,
    url,
    start_index: 0,
    end_index: 0,
  }));
}

export function logprobsOf(logprobs: Turn["logprobs"]): ResponseOutputText.Logprob[] {
  return (logprobs?.content ?? []).map(({ token, bytes, logprob, top_logprobs: top }) => ({
    token,
    bytes: bytes ?? [],
    logprob,
    top_logprobs: top.map((each) => ({ ...each, bytes: each.bytes ?? [] })),
  }));
}

/** An item without what its client did not ask to see. */
export function shownItem(item: OutputItem, include: ReadonlySet<Includable>): OutputItem {
  if (item.type === "reasoning" && !include.has("reasoning.encrypted_content")) {
    return without(item, "encrypted_content");
  }
  if (
    item.type === "web_search_call" &&
    item.action.type === "search" &&
    !include.has("web_search_call.action.sources")
  ) {
    return { ...item, action: without(item.action, "sources") };
  }
  return item;
}

function without<Part extends object>(part: Part, name: keyof Part): Part {
  const shown = { ...part };
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy, and a field that may be missing
  delete shown[name];
  return shown;
}
