import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { ApiError } from "../errors/api-error.ts";

/**
 * Refuses new work while the event loop lags: what goes on is slow enough. Health, metrics and whatever
 * else only reads is answered all the same.
 *
 * @param eventLoopDelayMs the mean of a second above which it refuses.
 */
export function shedLoad(app: FastifyInstance, eventLoopDelayMs: number): void {
  void app.register(underPressure, {
    maxEventLoopDelay: eventLoopDelayMs,
    pressureHandler: (request) => {
      if (request.method !== "POST") return undefined;
      throw new ApiError(503, "The agent has more to do than it can.", {
        code: "overloaded",
        retryAfterSeconds: 2,
      });
    },
  });
}
