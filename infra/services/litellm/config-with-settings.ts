import { parse, stringify } from "yaml";
import { z } from "zod";
import type { Settings } from "../../settings/definitions.ts";
import { StackError } from "../../stack-error.ts";
import { hasProvider } from "../planner.ts";

const path = "infra/services/litellm/config.yaml";

/** Models that the stack itself calls. */
const ownModels = ["planner", "embed"];

/** What LiteLLM reads is YAML 1.1: `on` is true, and `<<` merges. */
const dialect = { version: "1.1" } as const;

/** A section with every line commented out is null. */
const section = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? undefined);

const configSchema = z.looseObject({
  model_list: z.array(z.looseObject({ model_name: z.string(), litellm_params: section })),
  router_settings: section,
  litellm_settings: section,
  general_settings: section,
});

type Config = z.infer<typeof configSchema>;

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
  requireOwnModels(config);
  requireOwnKey(config);
  const models = config.model_list.map((model) =>
    model.model_name === "planner"
      ? { ...model, litellm_params: { ...model.litellm_params, ...plannerLimits(settings) } }
      : model,
  );
  const falls = hasProvider(settings) && settings.FALLBACK_MODEL !== "none";
  const changed: Config = {
    ...config,
    model_list: falls ? [...models, fallbackModel] : models,
    ...(falls && { router_settings: withFallback(config.router_settings) }),
    litellm_settings: withCallSpans(config.litellm_settings),
  };
  return stringify(changed, { ...dialect, lineWidth: 0, aliasDuplicateObjects: false });
}

function readConfig(text: string): Config {
  let value: unknown;
  try {
    value = parse(text, dialect);
  } catch (error) {
    throw configError(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw configError(`${where === "" ? "the file" : where}: ${issue?.message ?? ""}`);
}

/** Where they are missing LiteLLM starts, and every answer fails. */
function requireOwnModels({ model_list: models, router_settings: router }: Config): void {
  const aliases = router?.["model_group_alias"];
  const names = [
    ...models.map(({ model_name: name }) => name),
    ...(typeof aliases === "object" && aliases !== null ? Object.keys(aliases) : []),
  ];
  const missing = ownModels.filter((name) => !names.includes(name) && !names.includes("*"));
  if (missing.length === 0) return;
  throw configError(
    `model_list has no model_name ${missing.join(" and no ")}, which the stack calls`,
  );
}

/** The agent and Open WebUI send LITELLM_MASTER_KEY; another key would refuse them. */
function requireOwnKey({ general_settings: general }: Config): void {
  const key = general?.["master_key"];
  if (key === undefined || key === "os.environ/LITELLM_MASTER_KEY") return;
  throw new StackError(`${path} sets its own master_key, which the stack's services don't have.`, {
    remedy:
      "Write master_key: os.environ/LITELLM_MASTER_KEY there, and the key into LITELLM_MASTER_KEY in .env.",
  });
}

function plannerLimits(settings: Settings): Readonly<Record<string, unknown>> {
  const limits = {
    temperature: numberOf(settings.PLANNER_TEMPERATURE),
    max_tokens: numberOf(settings.PLANNER_MAX_TOKENS),
    rpm: numberOf(settings.PLANNER_RPM),
    max_budget: numberOf(settings.PLANNER_MAX_BUDGET),
    budget_duration: settings.PLANNER_BUDGET_DURATION || undefined,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

const fallbackModel = {
  model_name: "fallback",
  litellm_params: {
    model: "os.environ/FALLBACK_MODEL",
    api_base: "os.environ/FALLBACK_API_BASE",
    api_key: "os.environ/FALLBACK_API_KEY",
    timeout: 120,
  },
};

/** An operator's own fallbacks stay; ours comes behind them. */
function withFallback(router: Config["router_settings"]): Config["router_settings"] {
  const present: unknown = router?.["fallbacks"];
  const own: unknown[] = Array.isArray(present) ? present : [];
  return { ...router, fallbacks: [...own, { planner: ["fallback"] }] };
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

function configError(message: string, cause?: unknown): StackError {
  return new StackError(`${path} can't be used: ${message}`, {
    remedy: `Correct the file, or restore it with: git checkout ${path}`,
    cause,
  });
}
