import type { ServiceName } from "./endpoints.ts";

/**
 * What a service still calls while it ends, and so stops before: the agent lets its streams come to their end,
 * writes what it remembers and sends its traces. Everything else stops at once.
 *
 * It is known without settings: a stack must go down whatever these are.
 */
export const calledToTheEnd: Readonly<Partial<Record<ServiceName, readonly ServiceName[]>>> = {
  agent: ["postgres", "qdrant", "litellm", "embeddings", "model", "searxng", "phoenix"],
  "open-webui": ["postgres"],
  phoenix: ["postgres"],
};
