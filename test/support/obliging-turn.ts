import type { ChatBody } from "./model-server.ts";
import type { Answer } from "./model-turn.ts";

/**
 * A model that does what its request asks, and nothing else: it calls the tool that it must
 * call or that the question speaks of, fills in the schema that it is held to, and else repeats what
 * it was told last. For suites that do not know which model answers them.
 */
export function obligingTurn(body: ChatBody): Answer {
  const { messages, tools = [], tool_choice, response_format } = body as unknown as Asked;
  const last = messages.at(-1);
  const said = textOf(last?.content);
  const format = response_format ?? undefined;
  const tool = last?.role === "tool" ? undefined : toolFor(said, tools, tool_choice);
  if (tool) {
    const args = valueFor(tool.function.parameters ?? {}, said);
    return { calls: [{ name: tool.function.name, args: JSON.stringify(args) }] };
  }
  if (format?.type === "json_schema") {
    return { text: JSON.stringify(valueFor(format.json_schema?.schema ?? {}, said)) };
  }
  if (format?.type === "json_object") {
    return { text: JSON.stringify(Object.fromEntries(quoted(said).map((key) => [key, key]))) };
  }
  return { text: said === "" ? "Nothing was said." : said };
}

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[];
  readonly tools?: readonly Tool[];
  readonly tool_choice?: string | { readonly function?: { readonly name: string } };
  readonly response_format?: {
    readonly type: string;
    readonly json_schema?: { readonly schema?: Schema };
  } | null;
}

interface Tool {
  readonly function: { readonly name: string; readonly parameters?: Schema };
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
}

/** The tool that is demanded, else one whose name the question speaks of; the client's come last. */
function toolFor(said: string, tools: readonly Tool[], choice: Asked["tool_choice"]) {
  if (choice === "none") return undefined;
  const demanded = typeof choice === "object" ? choice.function?.name : undefined;
  if (demanded !== undefined) return tools.find((tool) => tool.function.name === demanded);
  const spokenOf = tools.findLast((tool) => isSpokenOf(tool.function.name, said));
  return spokenOf ?? (choice === "required" ? tools.at(-1) : undefined);
}

/** Whether the last word of a tool's name, in the manner of `get_weather`, is in the text. */
function isSpokenOf(name: string, said: string): boolean {
  const word = name.split("_").at(-1) ?? name;
  return said.toLowerCase().includes(word.toLowerCase());
}

/** A value that the schema allows: the text's first number, or the text itself. */
function valueFor(schema: Schema, said: string): unknown {
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? [];
  if (first) return valueFor(first, said);
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  switch (type) {
    case "object": {
      const entries = Object.entries(schema.properties ?? {});
      return Object.fromEntries(entries.map(([name, each]) => [name, valueFor(each, said)]));
    }
    case "array":
      return [valueFor(schema.items ?? {}, said)];
    case "integer":
    case "number":
      return Number(/\d+/.exec(said)?.[0] ?? 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return said;
  }
}

function quoted(said: string): string[] {
  return [...said.matchAll(/'(\w+)'/g)].flatMap(([, word]) => (word === undefined ? [] : [word]));
}

/** A message's text, whether it is text or has parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const parts = content as readonly { readonly text?: unknown }[];
  return parts.flatMap(({ text }) => (typeof text === "string" ? [text] : [])).join(" ");
}
