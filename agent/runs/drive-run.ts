import { runAgent } from "../loop/run-agent.ts";
import type { RunEvent, RunOutcome, RunRequest } from "../loop/run-request.ts";
import type { Allowance } from "../loop/answer-budget.ts";
import { leastTokens } from "../loop/fit-context.ts";
import type { RunJournal } from "../loop/run-journal.ts";
import type { MemoryScope } from "../ports/memory.ts";
import { withRecalled } from "../memory/recalled-message.ts";
import { textOf } from "../telemetry/openinference.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import { tracedModel } from "../telemetry/traced-model.ts";
import { tracedTool } from "../telemetry/traced-tool.ts";
import type { Dependencies } from "../dependencies.ts";

export interface RunParts {
  readonly run: RunRequest;
  /** What its last message asks, without what a client sends around it for the model. */
  readonly question: string;
  /** Where to look for memories; absent: nowhere. */
  readonly scope: MemoryScope | undefined;
  /** Whether anything can be there. */
  readonly mayRecall: boolean;
  readonly userId: string;
  readonly signal: AbortSignal;
  readonly span: TraceSpan;
  readonly journal: RunJournal;
  readonly allowance: Allowance;
}

/** Recalls, then runs the loop; each step of it in the trace. */
export async function* driveRun(
  parts: RunParts,
  dependencies: Dependencies,
): AsyncGenerator<RunEvent, RunOutcome, undefined> {
  const { run, userId, signal, span, journal, allowance } = parts;
  const { model, settings } = dependencies;
  const messages = await remembering(parts, dependencies);
  const tools = run.tools.map((tool) => tracedTool(tool, span, settings.run.toolOutputCharacters));
  const context = {
    model: tracedModel(model, span),
    signal,
    limits: settings.run,
    allowance,
    scale: dependencies.scales.of(run.model),
    toolCalling: settings.toolCalling,
    traceparent: span.traceparent,
    userId,
    span,
  };
  return yield* runAgent({ ...run, messages, tools }, context, journal);
}

/** The run's messages, with what memory has for the last of them. */
async function remembering(
  { run, question, scope, mayRecall, signal, span, journal }: RunParts,
  { memory, settings, scales }: Dependencies,
): Promise<RunRequest["messages"]> {
  const { messages } = run;
  const last = messages.at(-1);
  if (scope === undefined || last?.role !== "user") return messages;
  if (!mayRecall) {
    journal.addMemory({ status: "ok", hits: 0 }, 0);
    return messages;
  }
  const began = performance.now();
  const known = messages.map(({ content }) => textOf(content));
  const query = { text: question, scope, limit: settings.memory.topK, known };
  const { status, hits } = await memory.recall(query, { signal, span });
  journal.addMemory({ status, hits: hits.length }, performance.now() - began);
  const reminded = withRecalled(messages, hits);
  // What was recalled must not make a question too long that is not.
  const least = leastTokens(reminded, scales.of(run.model));
  return least <= settings.run.contextTokens ? reminded : messages;
}
