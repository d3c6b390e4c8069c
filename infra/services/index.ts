import type { ServiceSpec } from "../service.ts";
import type { Settings } from "../settings/definitions.ts";
import { agent } from "./agent/service.ts";
import type { ServiceName } from "./endpoints.ts";
import { embeddings } from "./embeddings/service.ts";
import { litellm } from "./litellm/service.ts";
import { model } from "./model/service.ts";
import { openWebui } from "./open-webui/service.ts";
import { phoenix } from "./phoenix/service.ts";
import { hasLocalModel } from "./planner.ts";
import { postgres } from "./postgres/service.ts";
import { qdrant } from "./qdrant/service.ts";
import { searxng } from "./searxng/service.ts";

/** Gives the text of a file of this repository, by its path from the root. */
type ReadText = (path: string) => string;

/** A service: its settings in, its specification out. */
type Service = (settings: Settings, readText: ReadText) => ServiceSpec;

/** Each one that endpoints.ts names: one that is missing here does not compile. */
const services: Readonly<Record<ServiceName, Service>> = {
  postgres,
  qdrant,
  embeddings,
  model,
  phoenix,
  searxng,
  litellm,
  agent,
  "open-webui": openWebui,
};

/** The services that `settings` ask for: the local model runs unless a provider answers alone. */
export function enabledServices(settings: Settings, readText: ReadText): ServiceSpec[] {
  return Object.values(services)
    .filter((service) => service !== model || hasLocalModel(settings))
    .map((service) => service(settings, readText));
}
