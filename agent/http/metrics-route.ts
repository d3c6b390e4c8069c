import type { FastifyInstance } from "fastify";
import { identify } from "./caller.ts";
import type { Dependencies } from "../dependencies.ts";

/** For Prometheus, under the same keys as everything else. */
export function metricsRoute(app: FastifyInstance, { access, metrics }: Dependencies): void {
  app.get("/metrics", async (request, reply) => {
    identify(request, access);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
