import { z } from "zod";
import type { Dependencies } from "../dependencies.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { operation } from "./operation.ts";

/** For Prometheus, under the same keys as everything else. */
export function metricsRoute(routes: ApiRoutes, { metrics }: Pick<Dependencies, "metrics">): void {
  const schema = operation(
    {},
    {
      id: "metrics",
      summary: "For Prometheus.",
      tag: "health",
      answer: z.string(),
      answerType: "text/plain",
    },
  );
  routes.get("/metrics", { schema }, async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
