import { traceProject } from "../../../infra/services/phoenix/service.ts";
import type { Report } from "../../output/activity.ts";
import { checkAnswer, fallbackOf, traceOf } from "./check-answer.ts";
import { spanKinds } from "./phoenix-spans.ts";
import type { SmokeRequest } from "./smoke-requests.ts";

/** The stack under test. */
export interface SmokeTarget {
  readonly agent: string;
  /** Undefined where traces go nowhere. */
  readonly phoenix: string | undefined;
  /** A key of the agent's callers; undefined where it is open. */
  readonly agentKey: string | undefined;
}

/** How one request went. */
export interface SmokeResult {
  readonly name: string;
  readonly ok: boolean;
  readonly status: number | undefined;
  readonly milliseconds: number;
  readonly traceId: string;
  /** Kinds of spans that were found; undefined where there is no Phoenix to ask. */
  readonly spans: readonly string[] | undefined;
  readonly problems: readonly string[];
  /** What answered in place of the model that was asked for, where that failed. */
  readonly fallback?: string;
}

const answerMilliseconds = 180_000;
const spansMilliseconds = 30_000;

/** Sends the requests one after the other; a failing one does not stop the rest, `signal` does. */
export async function runSmoke(
  target: SmokeTarget,
  requests: readonly SmokeRequest[],
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<SmokeResult[]> {
  const results: SmokeResult[] = [];
  for (const request of requests) {
    const subject = request.name;
    report({ phase: "stack", subject, status: "running", message: "asking" });
    const result = await runOne(target, request, signal);
    const message = result.problems[0] ?? "passed";
    report({ phase: "stack", subject, status: result.ok ? "done" : "failed", message });
    results.push(result);
  }
  return results;
}

async function runOne(
  target: SmokeTarget,
  request: SmokeRequest,
  signal: AbortSignal,
): Promise<SmokeResult> {
  const started = Date.now();
  const { status, answer, failure } = await ask(target, request, signal);
  signal.throwIfAborted();
  const milliseconds = Date.now() - started;
  const { name } = request;
  if (failure !== undefined) {
    const problems = [failure];
    return { name, ok: false, status, milliseconds, traceId: "", spans: undefined, problems };
  }
  const traceId = traceOf(answer);
  const spans = await spansOf(target, request, traceId, signal);
  const missing = spans ? request.spans.filter((kind) => !spans.includes(kind)) : [];
  const problems = [
    ...checkAnswer(request, answer),
    ...missing.map((kind) => `Phoenix has no ${kind} span of its trace`),
  ];
  const fallback = fallbackOf(answer);
  return {
    ...{ name, ok: problems.length === 0, status, milliseconds, traceId, spans, problems },
    ...(fallback !== undefined && { fallback }),
  };
}

async function spansOf(
  { phoenix }: SmokeTarget,
  request: SmokeRequest,
  traceId: string,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  if (phoenix === undefined || traceId === "") return undefined;
  return spanKinds({ phoenix, project: traceProject, traceId }, request.spans, {
    patienceMilliseconds: spansMilliseconds,
    signal,
  });
}

interface Asked {
  readonly status: number | undefined;
  readonly answer?: unknown;
  /** Why there is no answer to check. */
  readonly failure?: string;
}

async function ask(
  { agent, agentKey }: SmokeTarget,
  { path, body }: SmokeRequest,
  signal: AbortSignal,
): Promise<Asked> {
  try {
    const response = await fetch(`${agent}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(agentKey !== undefined && { authorization: `Bearer ${agentKey}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMilliseconds)]),
    });
    const text = await response.text();
    const { status } = response;
    if (!response.ok) return { status, failure: `it answered ${status}: ${text.slice(0, 200)}` };
    return { status, answer: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: undefined, failure: `no answer: ${reason}` };
  }
}
