import {
  EMBEDDING_EMBEDDINGS,
  IMAGE_URL,
  INPUT_VALUE,
  LLM_INPUT_MESSAGES,
  LLM_INVOCATION_PARAMETERS,
  LLM_OUTPUT_MESSAGES,
  LLM_TOOLS,
  MESSAGE_ROLE,
  METADATA,
  OUTPUT_VALUE,
  RETRIEVAL_DOCUMENTS,
  TOOL_PARAMETERS,
} from "@arizeai/openinference-semantic-conventions";
import { isAttachmentName } from "../attachments/held-attachments.ts";
import type { Attributes } from "@opentelemetry/api";

/** What must not leave the process; OpenInference's own names for it are in the environment. */
export interface Redaction {
  readonly inputs: boolean;
  readonly outputs: boolean;
  readonly inputMessages: boolean;
  readonly outputMessages: boolean;
  readonly inputText: boolean;
  readonly outputText: boolean;
  readonly inputImages: boolean;
  readonly embeddingText: boolean;
  readonly invocationParameters: boolean;
  readonly tools: boolean;
  /** Longer images in base64 are left out, in characters. */
  readonly imageCharacters: number;
}

export const redacted = "__REDACTED__";

/** Messages of errors may quote either side. */
export function hidesWords(rules: Redaction): boolean {
  return hidesInput(rules) || hidesOutput(rules);
}

/**
 * A span's attributes without what the rules hide.
 *
 * Where the specification would hide in one place and show in another, all places are hidden: an
 * answer comes back as the next turn's input, a tool's arguments are the model's words.
 */
export function redact(attributes: Attributes, rules: Redaction): Attributes {
  const kept = Object.entries(attributes).flatMap(([name, value]) => {
    const verdict = judge(name, value, attributes, rules);
    return verdict === "drop" ? [] : [[name, verdict === "hide" ? redacted : value] as const];
  });
  return Object.fromEntries(kept);
}

type Verdict = "keep" | "hide" | "drop";

function judge(name: string, value: unknown, all: Attributes, rules: Redaction): Verdict {
  if (name.startsWith(`${LLM_INPUT_MESSAGES}.`)) return judgeInputMessage(name, value, all, rules);
  if (name.startsWith(`${LLM_OUTPUT_MESSAGES}.`)) {
    if (rules.outputs || rules.outputMessages) return "drop";
    return isWords(name) && hidesOutput(rules) ? "hide" : "keep";
  }
  if (name.startsWith(`${LLM_TOOLS}.`)) return rules.inputs || rules.tools ? "drop" : "keep";
  if (name.startsWith(`${EMBEDDING_EMBEDDINGS}.`)) {
    return hidesInput(rules) || rules.embeddingText ? "hide" : "keep";
  }
  if (name.startsWith(`${RETRIEVAL_DOCUMENTS}.`)) return hidesWords(rules) ? "drop" : "keep";
  switch (name) {
    case INPUT_VALUE:
      return hidesInput(rules) ? "hide" : "keep";
    case OUTPUT_VALUE:
      return hidesOutput(rules) ? "hide" : "keep";
    case TOOL_PARAMETERS:
    case METADATA:
      return hidesWords(rules) ? "hide" : "keep";
    case LLM_INVOCATION_PARAMETERS:
      return hidesInput(rules) || rules.invocationParameters ? "hide" : "keep";
    default:
      return "keep";
  }
}

function judgeInputMessage(
  name: string,
  value: unknown,
  all: Attributes,
  rules: Redaction,
): Verdict {
  if (rules.inputs || rules.inputMessages) return "drop";
  if (isImage(name)) return rules.inputImages || isTooLong(value, rules) ? "hide" : "keep";
  if (!isWords(name)) return "keep";
  const [index = ""] = name.slice(LLM_INPUT_MESSAGES.length + 1).split(".", 1);
  const role = all[`${LLM_INPUT_MESSAGES}.${index}.${MESSAGE_ROLE}`];
  const isOwnOutput = role === "assistant" || role === "tool";
  return hidesInput(rules) || (isOwnOutput && hidesOutput(rules)) ? "hide" : "keep";
}

function hidesInput(rules: Redaction): boolean {
  return rules.inputs || rules.inputMessages || rules.inputText;
}

function hidesOutput(rules: Redaction): boolean {
  return rules.outputs || rules.outputMessages || rules.outputText;
}

/** All of a message but its structure: what kind of part is where, and which call it answers. */
function isWords(name: string): boolean {
  return /\.(content|text|refusal|arguments|url)$/.test(name);
}

function isImage(name: string): boolean {
  return name.endsWith(`.${IMAGE_URL}`);
}

function isTooLong(value: unknown, rules: Redaction): boolean {
  if (typeof value !== "string") return false;
  if (isAttachmentName(value)) return true;
  return value.startsWith("data:") && value.length > rules.imageCharacters;
}
