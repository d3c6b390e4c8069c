import { probe } from "../../healthcheck.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { endpoints, publishedPorts } from "../endpoints.ts";

/** The length of a vector of multilingual-e5-small. */
export const embeddingDimension = 384;

export function embeddings(settings: Settings): ServiceSpec {
  return {
    name: "embeddings",
    summary: "text to vectors, on this machine",
    image: { context: "infra/services/embeddings", dockerfile: "Dockerfile" },
    environment: { TZ: settings.TIMEZONE },
    ports: publishedPorts("embeddings", settings),
    mounts: [],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    healthcheck: probe(endpoints.embeddings, { startPeriodSeconds: 90 }),
    memoryMegabytes: 512,
    usualMegabytes: 80,
    stopGraceSeconds: 10,
    replacementSeconds: 14,
    dependsOn: [],
    startsAfter: [],
  };
}
