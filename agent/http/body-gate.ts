import type { FastifyInstance } from "fastify";
import { ApiError } from "../errors/api-error.ts";
import type { AgentSettings } from "../dependencies.ts";

/** So that one key's bodies leave room for everybody else's. */
const shareOfOneKey = 3 / 4;

/**
 * Holds back more bodies than memory is for: as much as a
 * request says that it will send is taken until it is answered, whether it sends it or not.
 */
export function bodyGate(
  app: FastifyInstance,
  { bodyLimitBytes, totalBodyBytes }: Pick<AgentSettings, "bodyLimitBytes" | "totalBodyBytes">,
): void {
  const most = Math.max(bodyLimitBytes, Math.floor(totalBodyBytes * shareOfOneKey));
  const taken = new Map<string, number>();
  let total = 0;

  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST" || request.is404) {
      done();
      return;
    }
    const { principal } = request.caller;
    const length = Number(request.headers["content-length"] ?? bodyLimitBytes);
    // What is longer is refused as such.
    const bytes = Number.isNaN(length) ? bodyLimitBytes : Math.min(length, bodyLimitBytes);
    const own = (taken.get(principal) ?? 0) + bytes;
    if (own > most || (total > 0 && total + bytes > totalBodyBytes)) {
      throw new ApiError(own > most ? 429 : 503, "Too many large requests at once.", {
        code: "overloaded",
        retryAfterSeconds: 2,
      });
    }
    total += bytes;
    taken.set(principal, own);
    let isOver = false;
    const giveBack = () => {
      if (isOver) return;
      isOver = true;
      total -= bytes;
      const left = (taken.get(principal) ?? 0) - bytes;
      if (left === 0) taken.delete(principal);
      else taken.set(principal, left);
    };
    reply.raw.once("finish", giveBack).once("close", giveBack);
    done();
  });
}
