import { z } from "zod";
import type { Dependencies } from "../dependencies.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { operation } from "./operation.ts";

const neighbourTimeoutMs = 2000;
const unready = "Not ready for requests.";

const liveness = operation(
  {},
  {
    id: "liveness",
    summary: "Whether the process answers.",
    tag: "health",
    open: true,
    answer: z.object({ status: z.literal("alive") }),
  },
);

const readiness = operation(
  {},
  {
    id: "readiness",
    summary: "Whether requests can be answered: Postgres is there, and the agent is not stopping.",
    tag: "health",
    open: true,
    answer: z.object({ status: z.enum(["ready", "not ready"]) }),
    unready,
  },
);

const health = operation(
  {},
  {
    id: "health",
    summary:
      "How the agent is, and whether each service that it works with answers it now: LiteLLM with the agent's models among its own, Qdrant under the agent's key, SearXNG in JSON. The models themselves are not asked.",
    tag: "health",
    open: true,
    answer: z
      .object({
        status: z.enum(["ok", "degraded", "unavailable"]),
        services: z.record(z.string(), z.enum(["ok", "unavailable"])),
      })
      .meta({ id: "Health" }),
    unready,
  },
);

/** Open to everybody: they tell nothing but how the agent is. */
export function healthRoute(
  routes: ApiRoutes,
  dependencies: Pick<Dependencies, "conversations" | "neighbours" | "isDraining">,
): void {
  const { conversations, neighbours, isDraining } = dependencies;
  routes.get("/livez", { schema: liveness }, () => ({ status: "alive" }));

  routes.get("/readyz", { schema: readiness }, async (_request, reply) => {
    const ready = !isDraining() && (await answersInTime(() => conversations.ping()));
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready" });
  });

  routes.get("/healthz", { schema: health }, async (_request, reply) => {
    const entries = await Promise.all(
      Object.entries(neighbours).map(async ([name, ask]) => {
        const fine = await answersInTime(ask);
        return [name, fine ? "ok" : "unavailable"] as const;
      }),
    );
    const postgres = await answersInTime(() => conversations.ping());
    const degraded = entries.some(([, state]) => state !== "ok");
    const status = !postgres || isDraining() ? "unavailable" : degraded ? "degraded" : "ok";
    const services = { postgres: postgres ? "ok" : "unavailable", ...Object.fromEntries(entries) };
    return reply.code(status === "unavailable" ? 503 : 200).send({ status, services });
  });
}

async function answersInTime(ask: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const signal = AbortSignal.timeout(neighbourTimeoutMs);
  const late = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => {
    late.reject(signal.reason as Error);
  });
  try {
    await Promise.race([ask(signal), late.promise]);
    return true;
  } catch {
    return false;
  }
}
