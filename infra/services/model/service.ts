import { healthcheck, probe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";

export function model(settings: Settings): ServiceSpec {
  return {
    name: "model",
    summary: "a small local model, for want of a provider's key",
    ...(settings.IMAGE_SOURCE === "registry" ? published(settings) : built(settings)),
    ports: [],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    capabilities: [],
    stopGraceSeconds: 30,
    replacementSeconds: 16,
    dependsOn: [],
  };
}

/** llama.cpp's server from PyPI with a model that lies in the image. */
function built(settings: Settings) {
  return {
    image: { context: "infra/services/model", dockerfile: "Dockerfile" },
    environment: { TZ: settings.TIMEZONE },
    mounts: [],
    healthcheck: probe(8080, "/health", { startPeriodSeconds: 120 }),
    memoryMegabytes: 1024,
  } satisfies Partial<ServiceSpec>;
}

/** llama.cpp's own image, which fetches LOCAL_MODEL at its first start. */
function published(settings: Settings) {
  return {
    image: pulledImage("model"),
    environment: { TZ: settings.TIMEZONE, LLAMA_CACHE: downloads, HOME: "/tmp" },
    command: [
      ...["--hf-repo", settings.LOCAL_MODEL, "--alias", "local"],
      ...["--host", "0.0.0.0", "--port", "8080"],
      ...["--ctx-size", "8192", "--parallel", "1"],
    ],
    mounts: [{ volume: "model-files", path: downloads, dataFormat: "llama-cpp" }],
    // Long, for a gigabyte has to come first.
    healthcheck: healthcheck(["curl", "-f", "http://localhost:8080/health"], {
      startPeriodSeconds: 900,
    }),
    memoryMegabytes: 4096,
  } satisfies Partial<ServiceSpec>;
}

// A folder that anybody may write in the image: a fresh volume takes its mode over from there.
const downloads = "/var/tmp";
