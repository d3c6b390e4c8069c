/** The services of a stack without a provider's key, in start order. */
export const serviceNames = [
  "postgres",
  "qdrant",
  "embeddings",
  "model",
  "phoenix",
  "searxng",
  "litellm",
  "agent",
  "open-webui",
] as const;
