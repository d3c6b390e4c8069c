import type {
  ChatCompletionFunctionTool,
  ChatCompletionToolChoiceOption,
} from "openai/resources/chat/completions";
import { invalidRequest } from "../../errors/api-error.ts";
import type { RequestLimits } from "../chat-request.ts";
import type { Tool } from "../../tools/tool.ts";
import type { RequestedTool, ResponseRequest } from "./response-request.ts";

/** What a response's model may call. */
export interface RequestedTools {
  /** Ours. */
  readonly tools: readonly Tool[];
  /** The client's. */
  readonly clientTools: readonly ChatCompletionFunctionTool[];
  readonly toolChoice: ChatCompletionToolChoiceOption | undefined;
  /** Names of the client's tools that take text. */
  readonly customTools: ReadonlySet<string>;
  /** Whether the client named our search among its tools. */
  readonly knowsWebSearch: boolean;
}

type ToolChoice = NonNullable<ResponseRequest["tool_choice"]>;
type NamedChoice = Exclude<ToolChoice, string>;

const searchName = "web_search";
const resultsOf = { low: 3, medium: 5, high: 10 } as const;

/**
 * Our tools are offered in any case, as in chat completions; a client's tool of the same name is its
 * own to run.
 *
 * @throws ApiError 400 for tools that are too many, or have one name, or are chosen and not there.
 */
export function requestedTools(
  request: Pick<ResponseRequest, "tools" | "tool_choice">,
  ours: readonly Tool[],
  limits: Pick<RequestLimits, "tools">,
): RequestedTools {
  const asked = request.tools ?? [];
  if (asked.length > limits.tools) {
    throw invalidRequest(`There are more than ${limits.tools} tools.`, "tools");
  }
  const custom = asked.filter((tool) => tool.type === "custom");
  const clientTools = asked.flatMap(clientTool);
  requireNamesOnce(clientTools);
  const search = asked.find((tool) => tool.type !== "function" && tool.type !== "custom");
  const size = search?.search_context_size;
  const tools = size ? ours.map((tool) => withResults(tool, resultsOf[size])) : ours;
  const all = {
    tools,
    clientTools,
    customTools: new Set(custom.map(({ name }) => name)),
    knowsWebSearch: search !== undefined,
  };
  const choice = request.tool_choice ?? undefined;
  if (choice === undefined || typeof choice === "string") return { ...all, toolChoice: choice };
  const known = new Set([...tools, ...clientTools.map((tool) => tool.function)].map(nameOf));
  if (isAllowedTools(choice)) {
    const names = new Set(choice.tools.map((tool, index) => nameIn(tool, known, `tools.${index}`)));
    return {
      ...all,
      tools: tools.filter(({ name }) => names.has(name)),
      clientTools: clientTools.filter((tool) => names.has(tool.function.name)),
      toolChoice: choice.mode,
    };
  }
  const name = nameIn(choice, known, "name");
  return { ...all, toolChoice: { type: "function", function: { name } } };
}

/** A tool that takes text is offered as a function of it: few of the models behind us know the other kind. */
function clientTool(tool: RequestedTool): ChatCompletionFunctionTool[] {
  if (tool.type === "function") {
    const { name, description, parameters, strict } = tool;
    const offered = {
      name,
      ...(description && { description }),
      ...(parameters && { parameters }),
      ...(typeof strict === "boolean" && { strict }),
    };
    return [{ type: "function", function: offered }];
  }
  if (tool.type !== "custom") return [];
  const { name, description, format } = tool;
  const grammar =
    format?.type === "grammar"
      ? `Its input follows this ${format.syntax} grammar:\n${format.definition}`
      : "";
  const words = [description, grammar].filter(Boolean).join("\n\n");
  const parameters = {
    type: "object",
    properties: { input: { type: "string", description: "The whole input, as text." } },
    required: ["input"],
    additionalProperties: false,
  };
  const offered = { name, ...(words && { description: words }), parameters };
  return [{ type: "function", function: offered }];
}

function requireNamesOnce(tools: readonly ChatCompletionFunctionTool[]): void {
  const names = tools.map((tool) => tool.function.name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw invalidRequest(`The tool ${twice} is there twice.`, "tools");
}

function isAllowedTools(choice: NamedChoice): choice is Extract<NamedChoice, { mode: unknown }> {
  return choice.type === "allowed_tools";
}

function nameIn(
  { type, name }: { readonly type: string; readonly name?: string | undefined },
  known: ReadonlySet<string>,
  place: string,
): string {
  const wanted = type.startsWith(searchName) ? searchName : (name ?? "");
  if (known.has(wanted)) return wanted;
  throw invalidRequest(`There is no tool ${wanted || type} to choose.`, `tool_choice.${place}`);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** The same search, with another number of results where the model asks for none. */
function withResults(tool: Tool, results: number): Tool {
  if (tool.name !== searchName) return tool;
  return {
    ...tool,
    execute: (input, context) =>
      tool.execute({ max_results: results, ...(input as object) }, context),
  };
}
