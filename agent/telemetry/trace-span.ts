import {
  SemanticConventions,
  SESSION_ID,
  USER_ID,
} from "@arizeai/openinference-semantic-conventions";
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { hidesWords, redact, redacted, type Redaction } from "./redaction.ts";
import {
  formatBaggage,
  formatTraceparent,
  parseTraceparent,
  type TraceHeaders,
} from "./trace-context.ts";

/** OpenInference's kinds of span, those that we write. */
export type SpanKind = "AGENT" | "RETRIEVER" | "EMBEDDING" | "LLM" | "TOOL" | "CHAIN";

/** One span of a trace. What it tells is worked out only where somebody listens. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string;
  /** For calls to services that join the trace; they are the owner's whom the span has by then. */
  readonly headers: TraceHeaders;
  child(kind: SpanKind, name: string): TraceSpan;
  set(describe: () => Attributes): void;
  /** Whose span it is; every child that is opened from now on is the same one's. */
  belongTo(owner: SpanOwner): void;
  fail(error: unknown): void;
  /** Only the first call counts. */
  end(): void;
}

export interface SpanOwner {
  readonly userId: string;
  readonly sessionId?: string;
}

export interface Tracing {
  /**
   * Opens a trace. A trusted caller's trace is continued, any other's only linked: its sampling and
   * its ids are not ours to follow.
   */
  open(
    kind: SpanKind,
    name: string,
    caller?: { readonly traceparent: string | undefined; readonly trusted: boolean },
  ): TraceSpan;
}

export function tracingWith(tracer: Tracer, redaction: Redaction): Tracing {
  const start = (kind: SpanKind, name: string, context: Context, options = {}) =>
    tracer.startSpan(
      name,
      { ...options, attributes: { [SemanticConventions.OPENINFERENCE_SPAN_KIND]: kind } },
      context,
    );
  const wrap = (span: Span, owner: OwnerAttributes): TraceSpan =>
    traceSpan(span, owner, redaction, (kind, name, inherited) =>
      wrap(start(kind, name, trace.setSpan(ROOT_CONTEXT, span)), inherited),
    );
  return {
    open(kind, name, caller) {
      const remote = parseTraceparent(caller?.traceparent);
      if (remote === undefined) return wrap(start(kind, name, ROOT_CONTEXT), {});
      if (caller?.trusted !== true) {
        return wrap(start(kind, name, ROOT_CONTEXT, { links: [{ context: remote }] }), {});
      }
      return wrap(start(kind, name, trace.setSpanContext(ROOT_CONTEXT, remote)), {});
    },
  };
}

type OwnerAttributes = Readonly<Record<string, string>>;

function traceSpan(
  span: Span,
  inherited: OwnerAttributes,
  redaction: Redaction,
  open: (kind: SpanKind, name: string, owner: OwnerAttributes) => TraceSpan,
): TraceSpan {
  const { traceId, spanId } = span.spanContext();
  const traceparent = formatTraceparent(span.spanContext());
  let owner = inherited;
  span.setAttributes(owner);
  return {
    traceId,
    spanId,
    traceparent,
    get headers() {
      const baggage = formatBaggage(owner);
      return baggage === "" ? { traceparent } : { traceparent, baggage };
    },
    child: (kind, name) => open(kind, name, owner),
    set(describe) {
      if (!span.isRecording()) return;
      try {
        span.setAttributes(redact(describe(), redaction));
      } catch {
        // What a caller or a model sent may be no shape that can be told of; no run fails for that.
        span.setAttribute("agent.not_described", true);
      }
    },
    belongTo({ userId, sessionId }) {
      owner = { [USER_ID]: userId, ...(sessionId !== undefined && { [SESSION_ID]: sessionId }) };
      span.setAttributes(owner);
    },
    fail(error) {
      if (!span.isRecording()) return;
      const { name, message, stack } = asError(error);
      const text = hidesWords(redaction) ? redacted : message;
      span.setStatus({ code: SpanStatusCode.ERROR, message: text });
      span.addEvent("exception", {
        "exception.type": name,
        "exception.message": text,
        // The first line of a stack is the message.
        ...(stack !== undefined && !hidesWords(redaction) && { "exception.stacktrace": stack }),
      });
    },
    end() {
      if (span.isRecording()) span.end();
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
