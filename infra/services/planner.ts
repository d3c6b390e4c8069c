import type { SettingName, Settings } from "../settings/definitions.ts";
import { internalUrl } from "./endpoints.ts";

/** The model of the service `model`, in LiteLLM's words, and where it answers. */
export const localModel = { name: "openai/local", apiBase: `${internalUrl("model")}/v1` } as const;

/** A provider for which its key is enough. */
interface Provider {
  /** The setting of its key. */
  readonly key: Extract<SettingName, `${string}_API_KEY`>;
  /** What answers where PLANNER_MODEL is not set, in LiteLLM's words. */
  readonly model: string;
}

/** The first whose key is set counts. A new one is a line here, and its key in infra/settings/definitions.ts. */
const providers: readonly Provider[] = [
  { key: "OPENROUTER_API_KEY", model: "openrouter/openai/gpt-4o-mini" },
];

function chosenProvider(settings: Settings): Provider | undefined {
  return providers.find(({ key }) => settings[key] !== "");
}

/** The settings that a provider's key is in, for a remedy: "OPENROUTER_API_KEY or PLANNER_API_KEY". */
export const plannerKeySettings = [...providers.map(({ key }) => key), "PLANNER_API_KEY"].join(
  " or ",
);

/** True where answers come from a provider, and the local model is not needed. */
export function hasProvider(settings: Settings): boolean {
  return chosenProvider(settings) !== undefined || settings.PLANNER_MODEL !== "";
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
  if (settings.PLANNER_API_KEY !== "") return settings.PLANNER_API_KEY;
  const provider = chosenProvider(settings);
  return provider ? settings[provider.key] : "";
}

/** The model behind `planner`, in LiteLLM's words. */
export function plannerModel(settings: Settings): string {
  if (settings.PLANNER_MODEL !== "") return settings.PLANNER_MODEL;
  return chosenProvider(settings)?.model ?? localModel.name;
}
