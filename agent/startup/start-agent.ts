import { setTimeout as delay } from "node:timers/promises";
import { agentParts } from "./agent-parts.ts";
import { buildApp } from "../http/build-app.ts";
import { startBackgroundWork } from "./start-background-work.ts";
import { parseAgentEnvironment } from "../contract/parse-environment.ts";
import { agentLogger } from "./agent-logger.ts";
import { openDatabase } from "./open-database.ts";

export interface RunningAgent {
  /** Where it listens, such as `http://127.0.0.1:8000`. */
  readonly address: string;
  /** Refuses new work at once, lets runs that have begun end, and gives back all that it holds. */
  readonly stop: () => Promise<void>;
}

const flushMs = 5000;

/** The agent, listening. @throws where its environment, its database or its port is not as it must be. */
export async function startAgent(
  variables: Readonly<Record<string, string | undefined>>,
  open: typeof openDatabase = openDatabase,
): Promise<RunningAgent> {
  const environment = parseAgentEnvironment(variables);
  const logger = agentLogger(environment.LOG_LEVEL);
  const pool = await open(environment, logger);
  const stopping = new AbortController();
  let draining = false;
  const parts = agentParts(environment, pool, logger);
  const { gate } = parts.dependencies;
  const app = buildApp(
    { ...parts.dependencies, isDraining: () => draining, stopping: stopping.signal },
    logger,
  );
  if (environment.AGENT_API_KEYS.length === 0) {
    logger.warn("AGENT_API_KEYS is not set: open to everybody who reaches this port");
  }
  const background = startBackgroundWork(parts, environment, logger, stopping.signal);
  async function runsEnd(patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (gate.running() > 0 && Date.now() < deadline) await delay(100);
  }
  async function stop(): Promise<void> {
    draining = true;
    gate.close();
    await runsEnd(environment.AGENT_DRAIN_SECONDS * 1000);
    // What is left is told so, and recorded, before the container's grace period is over.
    stopping.abort();
    await runsEnd(flushMs);
    await app.close();
    await parts.reader.close();
    await background;
    await parts.conversations.settle(flushMs);
    await parts.tracing.stop(flushMs);
    await pool.end();
  }
  let stopped: Promise<void> | undefined;
  const stopOnce = () => (stopped ??= stop());
  const { AGENT_LISTEN_HOST: host, AGENT_LISTEN_PORT: port } = environment;
  try {
    return { address: await app.listen({ host, port }), stop: stopOnce };
  } catch (error) {
    await stopOnce();
    throw error;
  }
}
