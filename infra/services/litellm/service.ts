import { probe, pythonProbe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { Secret, ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { endpoints, internalUrl, publishedPorts } from "../endpoints.ts";
import { traceProject } from "../phoenix/service.ts";
import {
  fallbackAccess,
  hasLocalModel,
  hasProvider,
  localAccess,
  localModel,
  type ModelAccess,
  noKey,
  plannerAccess,
  plannerModel,
} from "../planner.ts";
import { givenVariable, variablesOf } from "./config-variables.ts";
import { configWithSettings } from "./config-with-settings.ts";
import { configPath } from "./read-config.ts";

export function litellm(settings: Settings, readText: (path: string) => string): ServiceSpec {
  const source = settings.IMAGE_SOURCE === "registry" ? published(readText) : built;
  const operatorConfig = readText(configPath);
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
      // By default the same word a hundred times ends an answer as an error of the server: a small model says
      // "very very very", and a person may ask for it. The agent bounds how long an answer is.
      REPEATED_STREAMING_CHUNK_LIMIT: "1000000",
      ...source.environment,
      LITELLM_MASTER_KEY: { secret: settings.LITELLM_MASTER_KEY },
      PHOENIX_COLLECTOR_HTTP_ENDPOINT: `${internalUrl("phoenix")}/v1/traces`,
      PHOENIX_PROJECT_NAME: traceProject,
      HIDE_WORDS_IN_SPANS: String(hidesInTraces(settings)),
      ...planner(settings),
      ...operatorVariables(operatorConfig, settings),
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
    replacementSeconds: 9,
    callsOut: true,
    reachesHost: true,
    dependsOn: hasLocalModel(settings) ? ["embeddings", "model"] : ["embeddings"],
    startsAfter: [],
  };
}

/** What config.yaml reads from the environment. */
function planner(settings: Settings): ServiceSpec["environment"] {
  if (!hasProvider(settings)) return accessVariables("PLANNER", localModel.name, localAccess);
  const { FALLBACK_MODEL: fallback } = settings;
  const fallbackName = fallback === "local" ? localModel.name : fallback;
  return {
    ...accessVariables("PLANNER", plannerModel(settings), plannerAccess(settings)),
    ...(fallback !== "none" && accessVariables("FALLBACK", fallbackName, fallbackAccess(settings))),
  };
}

/** Each setting hides other words; LiteLLM's spans tell none where one of them is on. */
function hidesInTraces(settings: Settings): boolean {
  return Object.entries(settings).some(
    ([name, value]) => name.startsWith("OPENINFERENCE_HIDE_") && value === "true",
  );
}

function accessVariables(name: string, model: string, { base, key }: ModelAccess) {
  return {
    [`${name}_MODEL`]: model,
    [`${name}_API_BASE`]: base,
    // The text for servers without keys needs no encryption.
    [`${name}_API_KEY`]: key === noKey || key === "" ? key : { secret: key },
  };
}

/** What else config.yaml reads: an operator's keys, and settings by their names. */
function operatorVariables(configYaml: string, settings: Settings): ServiceSpec["environment"] {
  const pairs = variablesOf(configYaml).map((name) => [
    name,
    secretOf(givenVariable(name, settings) ?? ""),
  ]);
  return Object.fromEntries(pairs) as ServiceSpec["environment"];
}

/** Pulumi takes no empty secret for one. */
function secretOf(text: string): string | Secret {
  return text === "" ? text : { secret: text };
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
