import { probe } from "../../probe.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";

export function model(settings: Settings): ServiceSpec {
  return {
    name: "model",
    summary: "a tiny local model, for want of a provider's key",
    image: { context: "infra/services/model", dockerfile: "Dockerfile" },
    environment: { TZ: settings.TIMEZONE },
    ports: [],
    mounts: [],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    capabilities: [],
    healthcheck: probe(8080, "/health", { startPeriodSeconds: 60 }),
    memoryMegabytes: 1024,
    stopGraceSeconds: 10,
    dependsOn: [],
  };
}
