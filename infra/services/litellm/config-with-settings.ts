import { stringify } from "yaml";
import type { Settings } from "../../settings/definitions.ts";
import { StackError } from "../../stack-error.ts";
import { hasProvider } from "../planner.ts";
import { withHelpfulCooldowns } from "./cooldowns.ts";
import { givenVariable, ownVariables, variablesIn } from "./config-variables.ts";
import {
  type Config,
  configPath,
  type Deployment,
  readConfig,
  yamlDialect,
} from "./read-config.ts";

/**
 * The operator's config.yaml with what the settings say: the limits of `planner`, what answers in its
 * place when it fails. LiteLLM's spans are made by phoenix_spans.py. Aliases are written out.
 *
 * Limits go in only where set, and numbers as numbers: LiteLLM takes an empty text from the environment
 * for a limit, and sends a temperature on as text.
 *
 * @throws StackError where LiteLLM would not start with the file, or the stack would not reach its
 *   models through it.
 */
export function configWithSettings(configYaml: string, settings: Settings): string {
  const config = readConfig(configYaml);
  const models = config.model_list.map((model) =>
    model.model_name === "planner"
      ? { ...model, litellm_params: { ...model.litellm_params, ...plannerLimits(settings) } }
      : model,
  );
  requireVariables(variablesIn(config), settings);
  const fallback = fallbackName(config);
  const falls = hasProvider(settings) && settings.FALLBACK_MODEL !== "none";
  const behind = { model_name: fallback, ...fallbackModel, model_info: undefined };
  const changed: Config = {
    ...config,
    model_list: withHelpfulCooldowns({
      ...config,
      model_list: (falls ? [...models, behind] : models).map(withBudgetDuration),
    }),
    ...(falls && { router_settings: withFallback(config.router_settings, fallback) }),
    litellm_settings: withCallSpans(config.litellm_settings),
  };
  return stringify(changed, { ...yamlDialect, lineWidth: 0, aliasDuplicateObjects: false });
}

/** LiteLLM takes a variable that is set nowhere for an empty key, and says so with each answer only. */
function requireVariables(names: readonly string[], settings: Settings): void {
  const missing = names.filter(
    (name) => !ownVariables.includes(name) && givenVariable(name, settings) === undefined,
  );
  if (missing.length === 0) return;
  throw new StackError(
    `${configPath} reads ${missing.join(" and ")} from the environment, and no setting gives it.`,
    {
      remedy:
        `Write ${missing.map((name) => `${name}=…`).join(" and ")} into the stack's .env file, or remove ` +
        `os.environ/${missing[0] ?? ""} there.`,
    },
  );
}

/** What the settings say of `planner`, by LiteLLM's names. */
export function plannerLimits(settings: Settings): Readonly<Record<string, unknown>> {
  const limits = {
    temperature: numberOf(settings.PLANNER_TEMPERATURE),
    max_tokens: numberOf(settings.PLANNER_MAX_TOKENS),
    rpm: numberOf(settings.PLANNER_RPM),
    max_budget: numberOf(settings.PLANNER_MAX_BUDGET),
    budget_duration: settings.PLANNER_BUDGET_DURATION || undefined,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

/** Without a duration LiteLLM counts nothing. Its count begins again with its process in any case. */
function withBudgetDuration(model: Deployment): Deployment {
  const { litellm_params: params } = model;
  if (params?.["max_budget"] === undefined || params["budget_duration"] !== undefined) return model;
  return { ...model, litellm_params: { ...params, budget_duration: "3650d" } };
}

/** Another than the operator's own: LiteLLM would take turns between two of one name. */
function fallbackName({ model_list: models }: Config): string {
  const isTaken = models.some(({ model_name: name }) => name === "fallback");
  return isTaken ? "stack-fallback" : "fallback";
}

const fallbackModel = {
  litellm_params: {
    model: "os.environ/FALLBACK_MODEL",
    api_base: "os.environ/FALLBACK_API_BASE",
    api_key: "os.environ/FALLBACK_API_KEY",
    timeout: 120,
  },
};

/** An operator's own fallbacks stay; ours comes behind them. */
function withFallback(
  router: Config["router_settings"],
  fallback: string,
): Config["router_settings"] {
  const present: unknown = router?.["fallbacks"];
  const own: unknown[] = Array.isArray(present) ? present : [];
  return { ...router, fallbacks: [...own, { planner: [fallback] }] };
}

const callbackLists = ["callbacks", "success_callback", "failure_callback"] as const;

/** What an operator lists as `arize_phoenix` is done by phoenix_spans.py, which is mounted beside the file. */
function withCallSpans(settings: Config["litellm_settings"]): Config["litellm_settings"] {
  const listed = callbackLists.filter((name) => listOf(settings?.[name]).includes("arize_phoenix"));
  if (listed.length === 0) return settings;
  const changed: Record<string, unknown> = { ...settings };
  for (const name of listed) {
    changed[name] = listOf(changed[name]).filter((each) => each !== "arize_phoenix");
  }
  return { ...changed, callbacks: ["phoenix_spans.callback", ...listOf(changed["callbacks"])] };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function numberOf(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}
