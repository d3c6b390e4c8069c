import type { FastifyInstance } from "fastify";
import type { Dependencies } from "../dependencies.ts";

const neighbourTimeoutMs = 2000;

/** Open to everybody: they tell nothing but how the agent is. */
export function healthRoute(app: FastifyInstance, dependencies: Dependencies): void {
  const { conversations, neighbours, isDraining } = dependencies;
  app.get("/livez", () => ({ status: "alive" }));

  app.get("/readyz", async (_request, reply) => {
    const ready = !isDraining() && (await answersInTime(() => conversations.ping()));
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready" });
  });

  app.get("/healthz", async (_request, reply) => {
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
