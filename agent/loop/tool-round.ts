import type { ChatCompletionMessageFunctionToolCall } from "openai/resources/chat/completions";
import { canonicalJson } from "./canonical-json.ts";
import { deniedCall, executeCall, parseArguments, type ExecutionContext } from "./execute-call.ts";
import type { ToolExecution } from "./tool-execution.ts";

type Call = ChatCompletionMessageFunctionToolCall;

const identicalCallsAllowed = 2;

/** What was called so far in a run: bounds it, and notices when it goes round in circles. */
export class CallHistory {
  readonly #counts = new Map<string, number>();
  #executed = 0;
  #staleRounds = 0;

  /** Two rounds that brought nothing new. */
  get isLooping(): boolean {
    return this.#staleRounds >= 2;
  }

  /** Counts a round's calls, and says of each why it is not to be run, if so. */
  admit(calls: readonly Call[], limit: number): readonly (Refusal | undefined)[] {
    const knownBefore = new Set(this.#counts.keys());
    const refusals = calls.map((call) => this.#admitOne(call, limit));
    const isStale = calls.every((call) => knownBefore.has(identity(call)));
    this.#staleRounds = isStale ? this.#staleRounds + 1 : 0;
    return refusals;
  }

  #admitOne(call: Call, limit: number): Refusal | undefined {
    const key = identity(call);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count > identicalCallsAllowed) {
      return { type: "repeated_call", why: "The same call was made before; its result stands." };
    }
    if (this.#executed >= limit) {
      return { type: "call_limit", why: `No more than ${limit} tool calls are run. Answer now.` };
    }
    this.#executed += 1;
    return undefined;
  }
}

interface Refusal {
  readonly type: string;
  readonly why: string;
}

/** Runs a turn's calls, a few at a time, and gives their results in the order of the calls. */
export async function runToolRound(
  calls: readonly Call[],
  history: CallHistory,
  context: ExecutionContext,
): Promise<readonly ToolExecution[]> {
  const refusals = history.admit(calls, context.limits.toolCalls);
  const results: ToolExecution[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < calls.length; index = next++) {
      const call = calls[index];
      if (call === undefined) return;
      const refusal = refusals[index];
      results[index] = refusal
        ? deniedCall(call, context.step, refusal.type, refusal.why)
        : await executeCall(call, context);
    }
  };
  await Promise.all(Array.from({ length: context.limits.parallelToolCalls }, worker));
  return results;
}

function identity(call: Call): string {
  const input = parseArguments(call.function.arguments);
  const text = input.ok ? canonicalJson(input.value) : call.function.arguments;
  return `${call.function.name} ${text}`;
}
