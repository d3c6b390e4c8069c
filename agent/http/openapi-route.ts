import type { FastifyInstance } from "fastify";
import { openApiDocument } from "../openapi/document.ts";

/**
 * Open to everybody, as the health routes are: it is the same for every installation, and what reads
 * it, a generator or a client's set-up, often has no key.
 */
export function openapiRoute(app: FastifyInstance): void {
  let document: string | undefined;
  app.get("/openapi.json", (_request, reply) => {
    // Made when it is first asked for: it takes longer than a request may.
    document ??= JSON.stringify(openApiDocument());
    return reply.type("application/json; charset=utf-8").send(document);
  });
}
