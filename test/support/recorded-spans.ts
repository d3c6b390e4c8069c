import { startTracing } from "../../agent/telemetry/start-tracing.ts";
import { redactionOf } from "../../agent/startup/agent-settings.ts";
import { parseAgentEnvironment } from "../../agent/contract/parse-environment.ts";
import type { Tracing } from "../../agent/telemetry/trace-span.ts";

type Processor = NonNullable<Parameters<typeof startTracing>[1]>;
export type RecordedSpan = Parameters<Processor["onEnd"]>[0];

export interface Recording {
  readonly tracing: Tracing;
  /** In the order in which they ended. */
  readonly spans: readonly RecordedSpan[];
  /** The one span of that name. */
  readonly span: (name: string) => RecordedSpan;
}

/** Real spans, kept in memory when they end. */
export function recordSpans(environment: Readonly<Record<string, string>> = {}): Recording {
  const spans: RecordedSpan[] = [];
  const processor: Processor = {
    onStart: () => undefined,
    onEnd: (span) => spans.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const redaction = redactionFor(environment);
  const tracing = startTracing({ collectorUrl: undefined, project: "test", redaction }, processor);
  return {
    tracing,
    spans,
    span(name) {
      const [found, ...others] = spans.filter((span) => span.name === name);
      if (found === undefined || others.length > 0) {
        throw new Error(`Not one span "${name}" in ${spans.map((each) => each.name).join(", ")}`);
      }
      return found;
    },
  };
}

export function redactionFor(environment: Readonly<Record<string, string>>) {
  return redactionOf(
    parseAgentEnvironment({
      DATABASE_URL: "postgresql://nobody@localhost/none",
      LITELLM_BASE_URL: "http://localhost",
      LITELLM_API_KEY: "none",
      QDRANT_URL: "http://localhost",
      ...environment,
    }),
  );
}
