import type { ChatCompletionMessageFunctionToolCall } from "openai/resources/chat/completions";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import { ToolArgumentsError, type Tool, type ToolOutput } from "../tools/tool.ts";
import { cutText } from "../tools/untrusted-text.ts";
import { isNestedDeeper } from "./is-nested-deeper.ts";
import type { RunLimits } from "./limits.ts";
import { tokenEstimate } from "./token-estimate.ts";
import type { ExecutionStatus, ToolExecution } from "./tool-execution.ts";

export interface ExecutionContext {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
  readonly step: number;
  readonly userId: string;
  readonly span: TraceSpan;
}

type Call = ChatCompletionMessageFunctionToolCall;

/** Runs one call. Whatever goes wrong is text for the model; only the run's own abort is thrown. */
export async function executeCall(call: Call, context: ExecutionContext): Promise<ToolExecution> {
  const started = performance.now();
  const input = parseArguments(call.function.arguments);
  const finish = (outcome: Outcome): ToolExecution => ({
    id: call.id,
    name: call.function.name,
    arguments: input.ok ? input.value : call.function.arguments,
    step: context.step,
    duration_ms: Math.round(performance.now() - started),
    citations: [],
    ...outcome,
  });

  const tool = context.tools.get(call.function.name);
  if (tool === undefined) {
    const known = [...context.tools.keys()].join(", ") || "none";
    return finish(failure("error", "unknown_tool", `There is no such tool. Known: ${known}.`));
  }
  if (!input.ok) {
    return finish(failure("error", "invalid_arguments", "The arguments are not a JSON object."));
  }
  try {
    const output = await withTimeout(tool, input.value, call.id, context);
    return finish(success(output, context.limits));
  } catch (error) {
    context.signal.throwIfAborted();
    return finish(describe(error, context.limits));
  }
}

/** A call that the loop refuses to run; the model is told why. */
export function deniedCall(call: Call, step: number, type: string, why: string): ToolExecution {
  const input = parseArguments(call.function.arguments);
  return {
    id: call.id,
    name: call.function.name,
    arguments: input.ok ? input.value : call.function.arguments,
    step,
    duration_ms: 0,
    citations: [],
    ...failure("denied", type, why),
  };
}

// No tool's arguments are; and what recurses over them, as JSON.stringify does, has its limits.
const deepestArguments = 100;

export function parseArguments(text: string): { ok: true; value: object } | { ok: false } {
  try {
    const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject || isNestedDeeper(value, deepestArguments)) return { ok: false };
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}

type Outcome = Pick<ToolExecution, "status" | "output"> & Partial<ToolExecution>;

function success(output: ToolOutput, limits: RunLimits): Outcome {
  const text = cutText(output.text, charactersFor(output.text, limits));
  const { resultCount, citations = [] } = output;
  return {
    status: "ok",
    output: text,
    citations,
    ...(resultCount === undefined ? {} : { result_count: resultCount }),
  };
}

/** One output leaves room for the question that it is to answer, in whatever script it is. */
function charactersFor(text: string, { toolOutputCharacters, contextTokens }: RunLimits): number {
  const characters = Math.min(text.length, toolOutputCharacters);
  const { ascii, other } = tokenEstimate(text.slice(0, characters));
  const most = contextTokens / 4;
  const tokens = ascii + other;
  return tokens <= most ? toolOutputCharacters : Math.floor((characters * most) / tokens);
}

function failure(status: ExecutionStatus, type: string, message: string): Outcome {
  return { status, error: message, output: JSON.stringify({ error: { type, message } }) };
}

function describe(error: unknown, limits: RunLimits): Outcome {
  if (error instanceof ToolTimeout) {
    return failure("timeout", "timeout", `No answer within ${limits.toolTimeoutMs / 1000} s.`);
  }
  const message = error instanceof Error ? error.message : String(error);
  return failure(
    "error",
    error instanceof ToolArgumentsError ? "invalid_arguments" : "tool_failed",
    message,
  );
}

class ToolTimeout extends Error {}

/** The race ends the wait even for a tool that ignores its signal. */
async function withTimeout(
  tool: Tool,
  input: object,
  callId: string,
  { limits, signal, userId, span }: ExecutionContext,
): Promise<ToolOutput> {
  const timeout = AbortSignal.timeout(limits.toolTimeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  const ended = Promise.withResolvers<never>();
  const end = () => {
    ended.reject(timeout.aborted && !signal.aborted ? new ToolTimeout() : new Error("aborted"));
  };
  either.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([
      tool.execute(input, { signal: either, callId, userId, span }),
      ended.promise,
    ]);
  } catch (error) {
    // A tool may notice the timeout first, and throw in its own words.
    throw timeout.aborted && !signal.aborted ? new ToolTimeout() : error;
  } finally {
    either.removeEventListener("abort", end);
  }
}
