import type { AgentEnvironment } from "../../../agent/contract/environment.ts";
import { probe } from "../../healthcheck.ts";
import type { ServiceSpec } from "../../service.ts";
import { changedAgentSettings } from "../../settings/agent-settings.ts";
import type { Settings } from "../../settings/definitions.ts";
import { databaseUrl, endpoints, internalUrl, publishedPorts } from "../endpoints.ts";
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
    ports: publishedPorts("agent", settings),
    mounts: [],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    healthcheck: probe(endpoints.agent, { startPeriodSeconds: 120 }),
    // 112 of them are for the thread that reads web pages.
    memoryMegabytes: 512,
    usualMegabytes: 160,
    // It drains its streams first, then takes 5 s to record and 5 s to flush.
    stopGraceSeconds: Number(settings.AGENT_DRAIN_SECONDS) + 15,
    replacementSeconds: 6,
    dependsOn: ["postgres", "qdrant", "searxng", "litellm"],
    startsAfter: ["postgres"],
  };
}

// The local model reads 8192 tokens, its answer included, for which a quarter is left.
const localContextTokens = "6144";

/** Typed by the agent's own contract: a variable that it needs and we forget fails to compile. */
function environment(settings: Settings): ServiceSpec["environment"] {
  const secrets = {
    DATABASE_URL: databaseUrl("agent", settings.AGENT_DB_PASSWORD),
    LITELLM_API_KEY: settings.LITELLM_MASTER_KEY,
    QDRANT_API_KEY: settings.QDRANT_API_KEY,
    AGENT_API_KEYS: settings.AGENT_API_KEYS,
    OPENWEBUI_AGENT_KEY: settings.OPENWEBUI_AGENT_KEY,
  } satisfies Partial<AgentEnvironment>;
  const open = {
    AGENT_LISTEN_PORT: String(endpoints.agent.port),
    LITELLM_BASE_URL: `${internalUrl("litellm")}/v1`,
    QDRANT_URL: internalUrl("qdrant"),
    SEARXNG_URL: internalUrl("searxng"),
    // It starts without Phoenix: traces wait for nobody.
    PHOENIX_URL: internalUrl("phoenix"),
    PHOENIX_PROJECT: traceProject,
    LOG_LEVEL: settings.LOG_LEVEL,
    // The local model cannot call tools; it can choose one through a schema that is enforced.
    AGENT_TOOL_CALLING: hasProvider(settings) ? "auto" : "schema",
    ...(!hasProvider(settings) && { AGENT_CONTEXT_TOKENS: localContextTokens }),
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
