import type { Settings } from "../settings/definitions.ts";
import { internalUrl } from "./endpoints.ts";

/** The model of the service `model`, in LiteLLM's words, and where it answers. */
export const localModel = { name: "openai/local", apiBase: `${internalUrl("model")}/v1` } as const;

/** True where answers come from a provider, and the local model is not needed. */
export function hasProvider(settings: Settings): boolean {
  return settings.OPENROUTER_API_KEY !== "" || settings.PLANNER_MODEL !== "";
}

/** Where answers come from, in words for the user. */
export interface AnswerSource {
  /** The provider's model; undefined where answers come from the local one. */
  readonly provider: string | undefined;
  /** What stands in when the provider fails; undefined for nothing. */
  readonly fallback: string | undefined;
}

export function answerSource(settings: Settings): AnswerSource {
  if (!hasProvider(settings)) return { provider: undefined, fallback: undefined };
  const { FALLBACK_MODEL: fallback } = settings;
  return {
    provider: plannerModel(settings),
    fallback: fallback === "none" ? undefined : fallback,
  };
}

/** True where the local model runs: without a provider, or when the provider fails. */
export function hasLocalModel(settings: Settings): boolean {
  return !hasProvider(settings) || settings.FALLBACK_MODEL === "local";
}

/** The key for the provider, wherever it was set. */
export function plannerKey(settings: Settings): string {
  return settings.PLANNER_API_KEY || settings.OPENROUTER_API_KEY;
}

/** The model behind `planner`, in LiteLLM's words. */
export function plannerModel(settings: Settings): string {
  if (settings.PLANNER_MODEL !== "") return settings.PLANNER_MODEL;
  return hasProvider(settings) ? "openrouter/openai/gpt-4o-mini" : localModel.name;
}
