import { probe } from "../../probe.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { hasProvider, plannerModel } from "../planner.ts";
import { withPlannerLimits } from "./planner-limits.ts";

export function litellm(settings: Settings, readText: (path: string) => string): ServiceSpec {
  const local = !hasProvider(settings);
  const operatorConfig = readText("infra/services/litellm/config.yaml");
  return {
    name: "litellm",
    summary: "one door to every model, local or paid",
    image: { context: "infra/services/litellm", dockerfile: "Dockerfile" },
    environment: {
      TZ: settings.TIMEZONE,
      LITELLM_MASTER_KEY: { secret: settings.LITELLM_MASTER_KEY },
      PLANNER_MODEL: plannerModel(settings),
      PLANNER_API_BASE: local ? "http://model:8080/v1" : settings.PLANNER_API_BASE,
      PLANNER_API_KEY: local
        ? "none"
        : { secret: settings.PLANNER_API_KEY || settings.OPENROUTER_API_KEY },
    },
    ports: [
      {
        protocol: "http",
        internal: 4000,
        external: settings.LITELLM_PORT,
        // Never /health: it makes paid calls to every model.
        healthPath: "/health/liveliness",
      },
    ],
    mounts: [],
    files: [
      {
        path: "/etc/litellm/config.yaml",
        content: withPlannerLimits(operatorConfig, settings),
      },
    ],
    tmpfs: { "/tmp": "size=256m,mode=1777" },
    user: "10001:10001",
    capabilities: [],
    healthcheck: probe(4000, "/health/liveliness", { startPeriodSeconds: 90 }),
    memoryMegabytes: 1024,
    stopGraceSeconds: 30,
    dependsOn: local ? ["embeddings", "model"] : ["embeddings"],
  };
}
