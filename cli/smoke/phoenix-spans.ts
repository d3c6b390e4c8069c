import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

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
  patienceMilliseconds: number,
): Promise<string[]> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    const kinds = await readKinds(query);
    if (wanted.every((kind) => kinds.includes(kind)) || Date.now() > deadline) return kinds;
    await delay(pollMilliseconds);
  }
}

async function readKinds({ phoenix, project, traceId }: TraceQuery): Promise<string[]> {
  const url = `${phoenix}/v1/projects/${project}/spans?limit=1000&trace_id=${traceId}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  // There is no such project before its first span.
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`Phoenix answered ${response.status} to ${url}.`);
  return page.parse(await response.json()).data.map(({ span_kind }) => span_kind);
}
