import type { AgentEnvironment } from "../../agent/contract/environment.ts";
import { agent } from "../../infra/services/agent/service.ts";
import { freePorts } from "../support/free-ports.ts";
import { settingsWith } from "../support/settings.ts";
import { docker, stackImage, untilItAnswers } from "./stack-container.ts";

export interface ScratchAgent {
  readonly url: string;
  /** What it uses of what it may, as `docker stats` has it: "152.4MiB / 512MiB". */
  readonly memory: () => string;
  readonly remove: () => void;
}

/** What an agent has beside its model in a stack. */
export interface Neighbours {
  readonly qdrantUrl: string;
  readonly collectorUrl: string;
}

/**
 * The stack's own agent, as its last `up` built it, within the memory that the stack gives it; every
 * other limit is out of the way. It shares the host's network, as Linux alone can.
 */
export async function startScratchAgent(
  databaseUrl: string,
  modelUrl: string,
  beside?: Neighbours,
  more: Partial<AgentEnvironment> = {},
): Promise<ScratchAgent> {
  const [port] = await freePorts(1);
  const { memoryMegabytes } = agent(settingsWith());
  const environment = {
    AGENT_LISTEN_HOST: "127.0.0.1",
    AGENT_LISTEN_PORT: String(port),
    DATABASE_URL: databaseUrl,
    LITELLM_BASE_URL: `${modelUrl}/v1`,
    LITELLM_API_KEY: "none",
    // Without neighbours it neither remembers nor recalls, and its traces go nowhere.
    QDRANT_URL: beside?.qdrantUrl ?? "http://127.0.0.1:1",
    ...(beside ? { PHOENIX_URL: beside.collectorUrl } : { AGENT_MEMORY_SCOPE: "off" }),
    AGENT_RATE_LIMIT_PER_MINUTE: "1000000",
    AGENT_MAX_RUNS: "10000",
    ...more,
  } satisfies Partial<AgentEnvironment>;
  const memory = `${memoryMegabytes}m`;
  const id = docker(
    ...["run", "--detach", "--rm", "--network", "host"],
    ...["--memory", memory, "--memory-swap", memory],
    ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    stackImage("agent"),
  );
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(id, `${url}/readyz`, 30_000);
  return {
    url,
    memory: () => docker("stats", "--no-stream", "--format", "{{.MemUsage}}", id),
    remove: () => docker("rm", "--force", "--volumes", id),
  };
}
