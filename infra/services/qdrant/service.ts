import { bashProbe, probe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { endpoints, publishedPorts } from "../endpoints.ts";

export function qdrant(settings: Settings, readText: (path: string) => string): ServiceSpec {
  const source = settings.IMAGE_SOURCE === "registry" ? published(readText) : built;
  return {
    name: "qdrant",
    summary: "the agent's memory, as vectors",
    image: source.image,
    ...("command" in source && { command: source.command }),
    environment: {
      TZ: settings.TIMEZONE,
      ...source.environment,
      ...(settings.QDRANT_API_KEY && {
        QDRANT__SERVICE__API_KEY: { secret: settings.QDRANT_API_KEY },
      }),
    },
    ports: publishedPorts("qdrant", settings),
    mounts: [
      { volume: "storage", path: "/qdrant/storage", dataFormat: source.dataFormat },
      { volume: "snapshots", path: "/qdrant/snapshots", dataFormat: source.dataFormat },
    ],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: source.user,
    healthcheck: source.healthcheck,
    memoryMegabytes: source.memoryMegabytes,
    usualMegabytes: source.usualMegabytes,
    stopGraceSeconds: 30,
    replacementSeconds: 11,
    dependsOn: [],
    startsAfter: [],
  };
}

/** Qdrant's engine behind a REST server of ours; its files are not Qdrant's. */
const built = {
  image: { context: "infra/services/qdrant", dockerfile: "Dockerfile" },
  environment: {},
  dataFormat: "qdrant-edge",
  user: "10001:10001",
  healthcheck: probe(endpoints.qdrant, { startPeriodSeconds: 90 }),
  memoryMegabytes: 512,
  usualMegabytes: 30,
};

function published(readText: (path: string) => string) {
  return {
    image: pulledImage("qdrant"),
    // The image's own script ends on SIGTERM before Qdrant does, which is then killed.
    command: ["./qdrant"],
    environment: {
      QDRANT__TELEMETRY_DISABLED: "true",
      // Beside the data, for the root is read-only.
      QDRANT_INIT_FILE_PATH: "/qdrant/storage/.qdrant-initialized",
    },
    dataFormat: "qdrant-1",
    user: "1000:1000",
    healthcheck: bashProbe(
      readText,
      { port: endpoints.qdrant.port, check: endpoints.qdrant.healthPath },
      { startPeriodSeconds: 90 },
    ),
    memoryMegabytes: 1024,
    usualMegabytes: 150,
  };
}
