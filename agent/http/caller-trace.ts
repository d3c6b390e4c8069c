import type { FastifyRequest } from "fastify";
import type { Caller } from "./caller.ts";
import type { RequestedRun } from "../runs/conversation-run.ts";

/** How a run belongs to its caller's trace, and how the request's log comes to name it. */
export function callerTrace(
  request: FastifyRequest,
  caller: Caller,
): Pick<RequestedRun, "traceparent" | "isCallerTrusted" | "onTrace"> {
  const { traceparent } = request.headers;
  return {
    traceparent: typeof traceparent === "string" ? traceparent : undefined,
    isCallerTrusted: caller.trusted,
    onTrace: (ids) => {
      request.log = request.log.child(ids);
    },
  };
}
