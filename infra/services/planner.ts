import type { Settings } from "../settings/definitions.ts";

/** True where answers come from a provider, and the local model is not needed. */
export function hasProvider(settings: Settings): boolean {
  return settings.OPENROUTER_API_KEY !== "" || settings.PLANNER_MODEL !== "";
}

/** The model behind `planner`, in LiteLLM's words. */
export function plannerModel(settings: Settings): string {
  if (settings.PLANNER_MODEL !== "") return settings.PLANNER_MODEL;
  return hasProvider(settings) ? "openrouter/openai/gpt-4o-mini" : "openai/local";
}
