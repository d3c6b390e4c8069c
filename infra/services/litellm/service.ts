import { probe, pythonProbe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { endpoints, internalUrl, publishedPorts } from "../endpoints.ts";
import { traceProject } from "../phoenix/service.ts";
import { hasLocalModel, hasProvider, localModel, plannerKey, plannerModel } from "../planner.ts";
import { configWithSettings } from "./config-with-settings.ts";

export function litellm(settings: Settings, readText: (path: string) => string): ServiceSpec {
  const source = settings.IMAGE_SOURCE === "registry" ? published(readText) : built;
  const operatorConfig = readText("infra/services/litellm/config.yaml");
  return {
    name: "litellm",
    summary: "LLM gateway (API only): every model",
    image: source.image,
    command: [
      "--config",
      configFile,
      "--host",
      "0.0.0.0",
      "--port",
      String(endpoints.litellm.port),
    ],
    environment: {
      TZ: settings.TIMEZONE,
      HOME: "/tmp",
      // Prices come from the package: fetching them at start would wait for a host it may not reach.
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      LITELLM_TELEMETRY: "False",
      // Its page needs a database, which the stack does not give it: it says so in place of a failed login.
      DISABLE_ADMIN_UI: "True",
      // Its own 300 s would send it to where a replaced container was.
      AIOHTTP_TTL_DNS_CACHE: "1",
      ...source.environment,
      LITELLM_MASTER_KEY: { secret: settings.LITELLM_MASTER_KEY },
      PHOENIX_COLLECTOR_HTTP_ENDPOINT: `${internalUrl("phoenix")}/v1/traces`,
      PHOENIX_PROJECT_NAME: traceProject,
      HIDE_WORDS_IN_SPANS: String(hidesInTraces(settings)),
      ...planner(settings),
    },
    ports: publishedPorts("litellm", settings),
    mounts: [],
    files: [
      {
        path: configFile,
        content: configWithSettings(operatorConfig, settings),
      },
      { path: spansFile, content: readText("infra/services/litellm/phoenix_spans.py") },
    ],
    tmpfs: { "/tmp": "size=256m,mode=1777" },
    user: "10001:10001",
    healthcheck: source.healthcheck,
    memoryMegabytes: source.memoryMegabytes,
    usualMegabytes: source.usualMegabytes,
    stopGraceSeconds: 30,
    replacementSeconds: 17,
    callsOut: true,
    dependsOn: hasLocalModel(settings) ? ["embeddings", "model"] : ["embeddings"],
    startsAfter: [],
  };
}

/** What config.yaml reads from the environment. */
function planner(settings: Settings): ServiceSpec["environment"] {
  const local = { base: localModel.apiBase, key: "none" };
  if (!hasProvider(settings)) {
    return {
      PLANNER_MODEL: plannerModel(settings),
      PLANNER_API_BASE: local.base,
      PLANNER_API_KEY: local.key,
    };
  }
  const key = { secret: plannerKey(settings) };
  const fallback =
    settings.FALLBACK_MODEL === "local"
      ? { name: localModel.name, ...local }
      : { name: settings.FALLBACK_MODEL, base: "", key };
  return {
    PLANNER_MODEL: plannerModel(settings),
    PLANNER_API_BASE: settings.PLANNER_API_BASE,
    PLANNER_API_KEY: key,
    ...(settings.FALLBACK_MODEL !== "none" && {
      FALLBACK_MODEL: fallback.name,
      FALLBACK_API_BASE: fallback.base,
      FALLBACK_API_KEY: fallback.key,
    }),
  };
}

/** Each setting hides other words; LiteLLM's spans tell none where one of them is on. */
function hidesInTraces(settings: Settings): boolean {
  return Object.entries(settings).some(
    ([name, value]) => name.startsWith("OPENINFERENCE_HIDE_") && value === "true",
  );
}

const configFile = "/etc/litellm/config.yaml";
/** Beside config.yaml, where LiteLLM looks for it. */
const spansFile = "/etc/litellm/phoenix_spans.py";

const built = {
  image: { context: "infra/services/litellm", dockerfile: "Dockerfile" },
  environment: {},
  healthcheck: probe(endpoints.litellm, { startPeriodSeconds: 240 }),
  memoryMegabytes: 1024,
  usualMegabytes: 380,
};

/** Its released tags run as root, and any user can read all of it. */
function published(readText: (path: string) => string) {
  return {
    image: pulledImage("litellm"),
    environment: {
      LITELLM_TELEMETRY_DISABLED: "true",
      LITELLM_MIGRATION_DIR: "/tmp/migrations",
      XDG_CACHE_HOME: "/tmp/cache",
    },
    healthcheck: pythonProbe(readText, "python3", endpoints.litellm, { startPeriodSeconds: 240 }),
    memoryMegabytes: 2048,
    usualMegabytes: 500,
  };
}
