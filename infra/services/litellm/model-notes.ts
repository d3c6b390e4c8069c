import type { Settings } from "../../settings/definitions.ts";
import { type ConfiguredModel, configuredModels } from "./configured-models.ts";
import { plannerLimits } from "./config-with-settings.ts";
import { modelFacts } from "./model-facts.ts";
import { configPath, type Deployment, readConfig } from "./read-config.ts";

/** Something about a stack's models that an operator would want to be told. */
export interface ModelNote {
  readonly what: string;
  readonly remedy: string;
}

/** What is amiss with the models, though LiteLLM takes them as they are. */
export function modelNotes(configYaml: string, settings: Settings, today: Date): ModelNote[] {
  const models = configuredModels(configYaml, settings);
  const planners = readConfig(configYaml).model_list.filter(
    ({ model_name: name }) => name === "planner",
  );
  return [
    ...models.flatMap((model) => endingNote(model, settings, today)),
    ...budgetNotes(models, settings),
    ...limitNotes(planners, settings),
    ...plainKeyNotes(readConfig(configYaml).model_list),
  ];
}

const warnedDays = 90;

/** When a model that a provider serves ends, where that is soon or past. */
export function endOf(
  { model, deployment }: Pick<ConfiguredModel, "model" | "deployment">,
  { PLANNER_API_BASE: base }: Pick<Settings, "PLANNER_API_BASE">,
  today: Date,
): string | undefined {
  // A server of one's own may give its model any name, such as one that a provider has, too.
  const written = deployment.litellm_params?.["api_base"] ?? "";
  const own = written === "os.environ/PLANNER_API_BASE" ? base : written;
  if (own !== "" && !model.startsWith("azure/")) return undefined;
  const ends = modelFacts(model)?.ends;
  if (ends === undefined) return undefined;
  const days = (Date.parse(ends) - today.getTime()) / 86_400_000;
  return days <= warnedDays ? ends : undefined;
}

function endingNote(model: ConfiguredModel, settings: Settings, today: Date): ModelNote[] {
  const ends = endOf(model, settings, today);
  if (ends === undefined) return [];
  const verb = Date.parse(ends) <= today.getTime() ? "ended" : "ends";
  return [
    {
      what: `${model.model}, which answers as ${model.group}, ${verb} on ${ends}.`,
      remedy: `Choose another model in ${model.chosenIn}, and run ./stack up.`,
    },
  ];
}

function budgetNotes(models: readonly ConfiguredModel[], settings: Settings): ModelNote[] {
  if (settings.PLANNER_MAX_BUDGET === "") return [];
  return models
    .filter(({ group, model, deployment }) => group === "planner" && !isPriced(model, deployment))
    .map(({ model }) => ({
      what: `PLANNER_MAX_BUDGET can't count: LiteLLM knows no price of ${model}.`,
      remedy:
        "Write input_cost_per_token and output_cost_per_token, in dollars for one token, below " +
        `litellm_params of planner in ${configPath}, or remove PLANNER_MAX_BUDGET.`,
    }));
}

function isPriced(
  model: string,
  { litellm_params: params, model_info: info }: Deployment,
): boolean {
  const base = info?.["base_model"] ?? params?.["base_model"];
  const says = (section: typeof params) => section?.["input_cost_per_token"] !== undefined;
  if (says(params) || says(info)) return true;
  return modelFacts(typeof base === "string" ? base : model)?.isPriced ?? false;
}

/** Settings are stronger than config.yaml, and have to find a model there. */
function limitNotes(planners: readonly Deployment[], settings: Settings): ModelNote[] {
  const limits = Object.entries(plannerLimits(settings));
  if (limits.length > 0 && planners.length === 0) {
    return [
      {
        what: `The PLANNER_* limits have no effect: ${configPath} has no model_name planner.`,
        remedy: "Write them below litellm_params of the model that answers for it there.",
      },
    ];
  }
  return planners.flatMap(({ litellm_params: params }) =>
    limits
      .filter(([name, value]) => params?.[name] !== undefined && params[name] !== value)
      .map(([name, value]) => ({
        what: `${name} of planner is ${String(value)} by PLANNER_${name.toUpperCase()}, not as ${configPath} says.`,
        remedy: "Remove one of the two.",
      })),
  );
}

const keyNames = /(^|_)(api_key|key|token|secret|password)$/;

function plainKeyNotes(models: readonly Deployment[]): ModelNote[] {
  return models.flatMap(({ model_name: group, litellm_params: params = {} }) =>
    Object.entries(params)
      .filter(([name, value]) => keyNames.test(name) && isPlainKey(value))
      .map(([name]) => ({
        what: `${name} of ${group} is in ${configPath} as plain text, and so in the stack's state.`,
        remedy: `Write it into the stack's .env file under a name of your own, and ${name}: os.environ/THAT_NAME there.`,
      })),
  );
}

function isPlainKey(value: unknown): boolean {
  return typeof value === "string" && value.length >= 8 && !value.startsWith("os.environ/");
}
