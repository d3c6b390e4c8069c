import { SEMRESATTRS_PROJECT_NAME } from "@arizeai/openinference-semantic-conventions";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeSDK } from "@opentelemetry/sdk-node";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NoopSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import { isOfInput } from "../errors/refused-input.ts";
import type { Redaction } from "./redaction.ts";
import { type Tracing, tracingWith } from "./trace-span.ts";

export interface TracingSettings {
  /** Phoenix's base address; absent: traces have ids, and go nowhere. */
  readonly collectorUrl: string | undefined;
  readonly project: string;
  readonly redaction: Redaction;
  /** Told once when the collector is lost, and once when it is back. */
  readonly onCollector?: (change: "lost" | "back") => void;
  /** Told of each span that the collector refuses, which it would do each time. */
  readonly onRefusal?: () => void;
}

export interface StartedTracing extends Tracing {
  /** Sends what is left, but waits no longer than this. Never rejects. */
  readonly stop: (patienceMs: number) => Promise<void>;
}

const exportTimeoutMs = 5000;
const exportDelayMs = 1000;
// Spans hold whole prompts, and a collector that is away must not fill the memory.
const spansHeld = 512;
const spansAtOnce = 64;
const limits = { attributeCountLimit: 4096, attributeValueLengthLimit: 64 * 1024 };

/**
 * OpenTelemetry with our own spans and nothing else: no automatic instrumentation, no metrics, no
 * logs, whatever OTEL_* says. The latest one started is the process's.
 */
export function startTracing(
  settings: TracingSettings,
  processor: SpanProcessor | undefined = exporting(settings),
): StartedTracing {
  trace.disable();
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      "service.name": "agent",
      [SEMRESATTRS_PROJECT_NAME]: settings.project,
    }),
    autoDetectResources: false,
    spanProcessors: [processor ?? new NoopSpanProcessor()],
    spanLimits: limits,
    // Without a collector spans still have ids, and cost nothing more.
    sampler: new ParentBasedSampler({
      root: processor ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    }),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  });
  sdk.start();
  return {
    ...tracingWith(trace.getTracer("agent-stack"), settings.redaction),
    async stop(patienceMs) {
      const patience = Promise.withResolvers<undefined>();
      const timer = setTimeout(patience.resolve, patienceMs, undefined);
      await Promise.race([sdk.shutdown().catch(() => undefined), patience.promise]);
      clearTimeout(timer);
    },
  };
}

function exporting(settings: TracingSettings): SpanProcessor | undefined {
  if (settings.collectorUrl === undefined) return undefined;
  return new BatchSpanProcessor({
    exporter: watched(otlp(settings.collectorUrl), settings),
    maxQueueSize: spansHeld,
    maxExportBatchSize: spansAtOnce,
    scheduledDelayMillis: exportDelayMs,
    exportTimeoutMillis: exportTimeoutMs,
  });
}

/** Phoenix takes protobuf only. */
function otlp(collectorUrl: string): SpanExporter {
  const url = new URL("v1/traces", collectorUrl.endsWith("/") ? collectorUrl : `${collectorUrl}/`);
  return new OTLPTraceExporter({ url: url.href, timeoutMillis: exportTimeoutMs });
}

type ExportResult = Parameters<Parameters<SpanExporter["export"]>[1]>[0];

function watched(
  exporter: SpanExporter,
  { onCollector, onRefusal }: Pick<TracingSettings, "onCollector" | "onRefusal">,
): SpanExporter {
  let isLost = false;
  const send = async (spans: ReadableSpan[]): Promise<ExportResult> => {
    const result = await new Promise<ExportResult>((resolve) => {
      exporter.export(spans, resolve);
    });
    if (!isRefusal(result.error)) return result;
    if (spans.length <= 1) {
      onRefusal?.();
      return result;
    }
    // One span that is refused takes no other with it.
    const middle = Math.ceil(spans.length / 2);
    const first = await send(spans.slice(0, middle));
    const second = await send(spans.slice(middle));
    return isLoss(first.error) ? first : second;
  };
  return {
    export(spans, done) {
      void send(spans).then((result) => {
        const failed = isLoss(result.error);
        if (failed !== isLost) onCollector?.(failed ? "lost" : "back");
        isLost = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

function isLoss(error: Error | undefined): boolean {
  return error !== undefined && !isRefusal(error);
}

/** The collector is there, and what it was sent is at fault. */
function isRefusal(error: Error | undefined): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "number" && isOfInput(code);
}
