import { type SpanContext, TraceFlags } from "@opentelemetry/api";

/** What joins a call to a trace: the span it is made from, and whose that is. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly baggage?: string;
}

/** W3C's `baggage` header. */
export function formatBaggage(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join(",");
}

/** W3C's `traceparent` header for calls made from a span. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The span that a caller is in, when it sent one. */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? "");
  const [, traceId = "", spanId = "", flags = "0"] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const sampled = (parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0;
  return {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
}
