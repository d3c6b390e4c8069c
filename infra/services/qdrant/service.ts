import { probe } from "../../probe.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";

export function qdrant(settings: Settings): ServiceSpec {
  return {
    name: "qdrant",
    summary: "the agent's memory, as vectors",
    image: { context: "infra/services/qdrant", dockerfile: "Dockerfile" },
    environment: {
      TZ: settings.TIMEZONE,
      ...(settings.QDRANT_API_KEY && {
        QDRANT__SERVICE__API_KEY: { secret: settings.QDRANT_API_KEY },
      }),
    },
    ports: [
      {
        protocol: "http",
        internal: 6333,
        external: settings.QDRANT_PORT,
        healthPath: "/readyz",
      },
    ],
    mounts: [
      { volume: "qdrant-storage", path: "/qdrant/storage", family: "qdrant-edge" },
      { volume: "qdrant-snapshots", path: "/qdrant/snapshots", family: "qdrant-edge" },
    ],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    capabilities: [],
    healthcheck: probe(6333, "/readyz", { startPeriodSeconds: 30 }),
    memoryMegabytes: 512,
    stopGraceSeconds: 30,
    dependsOn: [],
  };
}
