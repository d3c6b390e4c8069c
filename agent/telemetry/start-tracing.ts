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
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import type { Redaction } from "./redaction.ts";
import { type Tracing, tracingWith } from "./trace-span.ts";

export interface TracingSettings {
  /** Phoenix's base address; absent: traces have ids, and go nowhere. */
  readonly collectorUrl: string | undefined;
  readonly project: string;
  readonly redaction: Redaction;
  /** Told once when the collector is lost, and once when it is back. */
  readonly onCollector?: (change: "lost" | "back") => void;
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
      "openinference.project.name": settings.project,
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
    exporter: watched(otlp(settings.collectorUrl), settings.onCollector),
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

function watched(exporter: SpanExporter, onChange: TracingSettings["onCollector"]): SpanExporter {
  let isLost = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed !== isLost) onChange?.(failed ? "lost" : "back");
        isLost = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
