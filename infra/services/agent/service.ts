import type { AgentEnvironment } from "../../../agent/contract/environment.ts";
import { probe } from "../../healthcheck.ts";
import type { ServiceSpec } from "../../service.ts";
import { changedAgentSettings } from "../../settings/agent-settings.ts";
import type { Settings } from "../../settings/definitions.ts";
import { traceProject } from "../phoenix/service.ts";
import { hasProvider } from "../planner.ts";

export function agent(settings: Settings): ServiceSpec {
  return {
    name: "agent",
    summary: "the agent, OpenAI-compatible",
    // The lockfile is at the root, so the root is the context; .dockerignore lets little through.
    image: { context: ".", dockerfile: "agent/Dockerfile" },
    liveSource: {
      folder: "agent",
      // Below /app/agent, so that packages are still found in the image beside and above it.
      path: "/app/agent/source",
      command: ["node", "--watch", "--watch-preserve-output", "source/main.ts"],
    },
    environment: environment(settings),
    ports: [
      {
        protocol: "http",
        internal: 8000,
        external: settings.AGENT_PORT,
        healthPath: "/readyz",
      },
    ],
    mounts: [],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    capabilities: [],
    healthcheck: probe(8000, "/readyz", { startPeriodSeconds: 120 }),
    // 112 of them are for the thread that reads web pages.
    memoryMegabytes: 512,
    usualMegabytes: 160,
    // It drains its streams first, then takes 5 s to record and 5 s to flush.
    stopGraceSeconds: Number(settings.AGENT_DRAIN_SECONDS) + 15,
    replacementSeconds: 6,
    dependsOn: ["postgres", "qdrant", "searxng", "litellm"],
  };
}

// The local model reads 8192 tokens, its answer included.
const localContextCharacters = "24000";

/** Typed by the agent's own contract: a variable that it needs and we forget fails to compile. */
function environment(settings: Settings): ServiceSpec["environment"] {
  const secrets = {
    DATABASE_URL: `postgresql://agent:${settings.AGENT_DB_PASSWORD}@postgres:5432/agent`,
    LITELLM_API_KEY: settings.LITELLM_MASTER_KEY,
    QDRANT_API_KEY: settings.QDRANT_API_KEY,
    AGENT_API_KEYS: settings.AGENT_API_KEYS,
    OPENWEBUI_AGENT_KEY: settings.OPENWEBUI_AGENT_KEY,
  } satisfies Partial<AgentEnvironment>;
  const open = {
    AGENT_LISTEN_PORT: "8000",
    LITELLM_BASE_URL: "http://litellm:4000/v1",
    QDRANT_URL: "http://qdrant:6333",
    SEARXNG_URL: "http://searxng:8080",
    // It starts without Phoenix: traces wait for nobody.
    PHOENIX_URL: "http://phoenix:6006",
    PHOENIX_PROJECT: traceProject,
    LOG_LEVEL: settings.LOG_LEVEL,
    // The local model cannot call tools; it can choose one through a schema that is enforced.
    AGENT_TOOL_CALLING: hasProvider(settings) ? "auto" : "schema",
    ...(!hasProvider(settings) && { AGENT_CONTEXT_CHARACTERS: localContextCharacters }),
    ...changedAgentSettings(settings),
  } satisfies Partial<AgentEnvironment>;
  const complete: AgentEnvironment = { ...open, ...secrets };
  return Object.fromEntries([
    ["TZ", settings.TIMEZONE],
    ...Object.entries(complete)
      .filter(([, value]) => value !== "")
      .map(([name, value]) => [name, name in secrets ? { secret: value } : value]),
  ]) as ServiceSpec["environment"];
}
