import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "../errors/api-error.ts";
import type { AgentSettings } from "../dependencies.ts";
import { ByteBudget } from "./byte-budget.ts";
import { trustedHeader } from "./caller.ts";

type Limits = Pick<AgentSettings, "bodyLimitBytes" | "totalBodyBytes">;

/**
 * Holds back more bodies than memory is for: as much as a
 * request says that it will send is taken until it is answered, whether it sends it or not.
 */
export function bodyGate(app: FastifyInstance, { bodyLimitBytes, totalBodyBytes }: Limits): void {
  const budget = new ByteBudget(totalBodyBytes, bodyLimitBytes);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST" || request.is404) {
      done();
      return;
    }
    const length = Number(request.headers["content-length"] ?? bodyLimitBytes);
    // What is longer is refused as such.
    const bytes = Number.isNaN(length) ? bodyLimitBytes : Math.min(length, bodyLimitBytes);
    takeUntilAnswered(budget, request, bytes, reply);
    done();
  });
}

/** @throws ApiError 429 or 503 where there is no room for it. */
export function takeUntilAnswered(
  budget: ByteBudget,
  request: FastifyRequest,
  bytes: number,
  reply: FastifyReply,
): void {
  const { caller } = request;
  const person = trustedHeader(request, caller, "x-openwebui-user-id");
  const taken = budget.take({ principal: caller.principal, person }, bytes);
  if (typeof taken === "string") {
    throw new ApiError(taken === "own" ? 429 : 503, "Too many large requests at once.", {
      code: "overloaded",
      retryAfterSeconds: 2,
    });
  }
  reply.raw.once("finish", taken).once("close", taken);
}
