import { bashProbe, probe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { Preparation, ServiceSpec } from "../../service.ts";
import { definitions, type Settings } from "../../settings/definitions.ts";
import { endpoints, publishedPorts } from "../endpoints.ts";

export function model(settings: Settings, readText: (path: string) => string): ServiceSpec {
  return {
    name: "model",
    summary: "a small local model, used when no provider key is set",
    ...(settings.IMAGE_SOURCE === "registry" ? published(settings, readText) : built(settings)),
    ports: publishedPorts("model", settings),
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "10001:10001",
    stopGraceSeconds: 30,
    replacementSeconds: 16,
    dependsOn: [],
    startsAfter: [],
  };
}

/** llama.cpp's server from PyPI with a model that is in the image. */
function built(settings: Settings) {
  return {
    image: { context: "infra/services/model", dockerfile: "Dockerfile" },
    environment: { TZ: settings.TIMEZONE },
    mounts: [],
    healthcheck: probe(endpoints.model, { startPeriodSeconds: 120 }),
    memoryMegabytes: 1024,
    usualMegabytes: 250,
  } satisfies Partial<ServiceSpec>;
}

/** llama.cpp's own image, which serves LOCAL_MODEL. */
function published(settings: Settings, readText: (path: string) => string) {
  return {
    image: pulledImage("model"),
    environment: { TZ: settings.TIMEZONE, HOME: "/tmp" },
    command: [
      ...["--model", weightsPath(settings.LOCAL_MODEL), "--alias", "local"],
      ...["--host", "0.0.0.0", "--port", String(endpoints.model.port)],
      ...["--ctx-size", "8192", "--parallel", "1"],
      // A small model may think without end, and thinking is not an answer to those who ask it.
      ...["--reasoning", "off", "--predict", "1024"],
      // Prompts that it has seen, in MiB; by default twice as many as the whole limit below.
      ...["--cache-ram", "256"],
    ],
    mounts: [{ volume: "weights", path: weightsFolder, dataFormat: "gguf", refetchable: true }],
    preparation: weights(settings, publishedMegabytes),
    healthcheck: bashProbe(
      readText,
      { port: endpoints.model.port, check: endpoints.model.healthPath },
      { startPeriodSeconds: 180 },
    ),
    memoryMegabytes: publishedMegabytes,
    usualMegabytes: usualMegabytes(settings),
  } satisfies Partial<ServiceSpec>;
}

const publishedMegabytes = 4096;
const weightsFolder = "/models";

/** Where the weights of OWNER/NAME:QUANT are; one that is put there by hand is taken as it is. */
function weightsPath(localModel: string): string {
  const [repository = "", quant = "default"] = localModel.split(":");
  return `${weightsFolder}/${repository}/${quant}.gguf`;
}

/**
 * The default model: 1060 MiB of weights, 900 for its context, 300 to compute in, and the prompt cache.
 * Any other is counted as the smallest that serves, for its size is not known before it is there.
 */
function usualMegabytes({ LOCAL_MODEL }: Settings): number {
  return LOCAL_MODEL === definitions.LOCAL_MODEL.fallback ? 2500 : 600;
}

/** Fetched before the server starts: no health check waits for a download, and the next try goes on. */
function weights(settings: Settings, memoryLimit: number): Preparation {
  const { LOCAL_MODEL, HF_ENDPOINT, HF_TOKEN } = settings;
  return {
    name: "model-weights",
    image: { context: "infra/services/model/weights", dockerfile: "Dockerfile" },
    environment: {
      MODEL: LOCAL_MODEL,
      TARGET: weightsPath(LOCAL_MODEL),
      MEMORY_LIMIT_MEBIBYTES: String(memoryLimit),
      HF_ENDPOINT,
      ...(HF_TOKEN !== "" && { HF_TOKEN: { secret: HF_TOKEN } }),
    },
    memoryMegabytes: 256,
    callsOut: true,
    triggers: [LOCAL_MODEL],
  };
}
