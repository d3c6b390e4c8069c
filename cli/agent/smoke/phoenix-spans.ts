import { z } from "zod";
import { poll } from "../../os/poll.ts";

const page = z.object({ data: z.array(z.object({ span_kind: z.string() })) });
const pollMilliseconds = 500;

/** Where to ask for spans. */
export interface TraceQuery {
  readonly phoenix: string;
  readonly project: string;
  readonly traceId: string;
}

/**
 * The kinds of the trace's spans, once `wanted` are all among them or the time is up: they arrive in
 * batches, some seconds after the answer.
 */
export async function spanKinds(
  query: TraceQuery,
  wanted: readonly string[],
  { patienceMilliseconds, signal }: { patienceMilliseconds: number; signal: AbortSignal },
): Promise<string[]> {
  return poll(() => readKinds(query, signal), {
    every: pollMilliseconds,
    within: patienceMilliseconds,
    until: (kinds) => wanted.every((kind) => kinds.includes(kind)),
    signal,
  });
}

async function readKinds(
  { phoenix, project, traceId }: TraceQuery,
  signal: AbortSignal,
): Promise<string[]> {
  const url = `${phoenix}/v1/projects/${project}/spans?limit=1000&trace_id=${traceId}`;
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  // There is no such project before its first span.
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`Phoenix answered ${response.status} to ${url}.`);
  return page.parse(await response.json()).data.map(({ span_kind }) => span_kind);
}
