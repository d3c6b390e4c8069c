import { traceProject } from "../../infra/services/phoenix/service.ts";
import { eventually } from "./eventually.ts";
import { systemStack } from "./system-stack.ts";

export interface PhoenixSpan {
  readonly name: string;
  readonly span_kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The spans that Phoenix has of a trace by now. */
export async function spansOf(traceId: string): Promise<readonly PhoenixSpan[]> {
  const spans = `${systemStack().url("phoenix")}/v1/projects/${traceProject}/spans`;
  const response = await fetch(`${spans}?limit=200&trace_id=${traceId}`);
  const { data } = (await response.json()) as { data?: PhoenixSpan[] };
  return data ?? [];
}

/** Spans come in batches, and LiteLLM sends its own a little later to the same place. */
export async function traceWith(
  traceId: string,
  names: readonly string[],
): Promise<readonly PhoenixSpan[]> {
  let spans: readonly PhoenixSpan[] = [];
  const isWhole = async () => {
    spans = await spansOf(traceId);
    return names.every((wanted) => spans.some(({ name }) => name === wanted));
  };
  await eventually(isWhole, "the whole trace is in Phoenix", 120_000);
  return spans;
}
