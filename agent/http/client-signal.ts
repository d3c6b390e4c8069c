import type { FastifyReply } from "fastify";

/**
 * Aborts when the client leaves before its answer is whole.
 *
 * Not `request.signal`: Fastify aborts that one on every POST as soon as its body is read.
 */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.on("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
