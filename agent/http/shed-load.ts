import { monitorEventLoopDelay } from "node:perf_hooks";
import type { FastifyInstance } from "fastify";
import { ApiError } from "../errors/api-error.ts";

/**
 * Ten looks a second at how late the event loop is. `@fastify/under-pressure` takes a hundred, which is half a
 * percent of a core in an agent that nobody asks.
 */
const resolutionMs = 100;

/**
 * Refuses new work while the event loop lags: what goes on is slow enough. Health, metrics and whatever
 * else only reads is answered all the same.
 *
 * @param eventLoopDelayMs the mean of a second above which it refuses.
 */
export function shedLoad(app: FastifyInstance, eventLoopDelayMs: number): void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  let isLate = false;
  const judge = () => {
    // Without a look in that second, as after a long pause, the mean is not a number.
    isLate = delays.mean / 1e6 - resolutionMs > eventLoopDelayMs;
    delays.reset();
  };
  delays.enable();
  const timer = setInterval(judge, 1000).unref();
  app.addHook("onClose", () => {
    clearInterval(timer);
    delays.disable();
  });
  app.addHook("onRequest", (request, _reply, done) => {
    if (isLate && request.method === "POST") throw overloaded();
    done();
  });
}

function overloaded(): ApiError {
  return new ApiError(503, "The agent has more to do than it can.", {
    code: "overloaded",
    retryAfterSeconds: 2,
  });
}
