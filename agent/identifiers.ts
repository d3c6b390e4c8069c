import { randomBytes } from "node:crypto";
import { v7 } from "uuid";

/** Ordered by time, so that indexes grow at their end. */
export function uuid(): string {
  return v7();
}

export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}

/** W3C's header for a call made from this trace. */
export function traceparent(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString("hex")}-01`;
}

/** The trace that a caller is in, when it sent one. */
export function traceIdOf(header: string | undefined): string | undefined {
  const traceId = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(header ?? "")?.[1];
  return traceId === undefined || /^0+$/.test(traceId) ? undefined : traceId;
}
