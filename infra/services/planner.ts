import type { SettingName, Settings } from "../settings/definitions.ts";
import { internalUrl } from "./endpoints.ts";

/** The model of the service `model`, in LiteLLM's words, and where it answers. */
export const localModel = { name: "openai/local", apiBase: `${internalUrl("model")}/v1` } as const;

/** A provider for which its key is enough. */
interface Provider {
  /** The setting of its key. */
  readonly key: Extract<SettingName, `${string}_API_KEY`>;
  /** What its models start with, in LiteLLM's words: its key is for no other. */
  readonly prefix: string;
  /** What answers where PLANNER_MODEL is not set, in LiteLLM's words. */
  readonly model: string;
}

/** The first whose key is set counts. A new one is a line here, and its key in infra/settings/definitions.ts. */
const providers: readonly Provider[] = [
  {
    key: "OPENROUTER_API_KEY",
    prefix: "openrouter/",
    // Of the models in LiteLLM's price map that call tools and see pictures, and whose end no provider
    // has announced, the cheapest of its maker (0.10 and 0.50 dollars a million tokens).
    model: "openrouter/openai/gpt-6-luna",
  },
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

/** How LiteLLM reaches a model. */
export interface ModelAccess {
  /** Empty: the provider's own address. */
  readonly base: string;
  readonly key: string;
}

/** LiteLLM's clients ask for some text; servers without keys ignore it. */
export const noKey = "none";

/** The local model. */
export const localAccess: ModelAccess = { base: localModel.apiBase, key: noKey };

/** Where `planner` is asked, and with which key, wherever that was set. */
export function plannerAccess(settings: Settings): ModelAccess {
  const base = settings.PLANNER_API_BASE;
  const own = settings.PLANNER_API_KEY || keyFor(plannerModel(settings), settings);
  return { base, key: own || (base === "" ? "" : noKey) };
}

/** A model of the planner's provider is asked as the planner is. */
export function fallbackAccess(settings: Settings): ModelAccess {
  const { FALLBACK_MODEL: model } = settings;
  if (model === "local") return localAccess;
  const prefix = prefixOf(model);
  if (prefix !== "" && plannerModel(settings).startsWith(prefix)) return plannerAccess(settings);
  return { base: "", key: keyFor(model, settings) || settings.PLANNER_API_KEY };
}

function keyFor(model: string, settings: Settings): string {
  const provider = providers.find(({ prefix }) => model.startsWith(prefix));
  return provider ? settings[provider.key] : "";
}

/** "openai/" of "openai/gpt-6-luna". */
function prefixOf(model: string): string {
  return model.slice(0, model.indexOf("/") + 1);
}

/** The model behind `planner`, in LiteLLM's words. */
export function plannerModel(settings: Settings): string {
  if (settings.PLANNER_MODEL !== "") return settings.PLANNER_MODEL;
  return chosenProvider(settings)?.model ?? localModel.name;
}
