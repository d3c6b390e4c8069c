import { traceProject } from "../../infra/services/phoenix/service.ts";
import { eventually } from "./eventually.ts";
import { systemStack } from "./system-stack.ts";

export interface PhoenixSpan {
  readonly name: string;
  readonly context: { readonly span_id: string };
  /** Null for a trace's root. */
  readonly parent_id: string | null;
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

interface TraceTotals {
  /** What Phoenix shows beside the trace. */
  readonly shown: number;
  /** What it takes the price of. */
  readonly priced: number;
}

/** How many tokens Phoenix adds up in a trace. */
export async function tokensOf(traceId: string): Promise<TraceTotals> {
  const query = `query ($project: String!, $trace: ID!) {
    getProjectByName(name: $project) {
      trace(traceId: $trace) {
        rootSpan { cumulativeTokenCountTotal }
        costSummary { total { tokens } }
      }
    }
  }`;
  const response = await fetch(`${systemStack().url("phoenix")}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { project: traceProject, trace: traceId } }),
  });
  const { data } = (await response.json()) as {
    data: {
      getProjectByName: {
        trace: {
          rootSpan: { cumulativeTokenCountTotal: number };
          costSummary: { total: { tokens: number } };
        };
      };
    };
  };
  const { rootSpan, costSummary } = data.getProjectByName.trace;
  return { shown: rootSpan.cumulativeTokenCountTotal, priced: costSummary.total.tokens };
}
