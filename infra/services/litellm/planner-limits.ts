import { isMap, isSeq, parseDocument } from "yaml";
import type { Settings } from "../../settings/definitions.ts";
import { StackError } from "../../stack-error.ts";

/**
 * The operator's config.yaml with the PLANNER_* limits that are set written into `planner`.
 *
 * They go in as numbers and only where set: LiteLLM takes an empty text from the environment for a
 * limit, and sends a temperature on as text.
 */
export function withPlannerLimits(configYaml: string, settings: Settings): string {
  const document = parseDocument(configYaml);
  const [error] = document.errors;
  if (error) throw configError(error.message, error);
  const models = document.get("model_list");
  if (!isSeq(models)) throw configError("model_list is not a list");

  const limits = Object.entries({
    temperature: numberOf(settings.PLANNER_TEMPERATURE),
    max_tokens: numberOf(settings.PLANNER_MAX_TOKENS),
    rpm: numberOf(settings.PLANNER_RPM),
    max_budget: numberOf(settings.PLANNER_MAX_BUDGET),
    budget_duration: settings.PLANNER_BUDGET_DURATION || undefined,
  });
  for (const model of models.items) {
    if (!isMap(model) || model.get("model_name") !== "planner") continue;
    for (const [name, value] of limits) {
      if (value !== undefined) model.setIn(["litellm_params", name], value);
    }
  }
  return document.toString();
}

function numberOf(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}

function configError(message: string, cause?: unknown): StackError {
  return new StackError(`infra/services/litellm/config.yaml can't be read: ${message}`, {
    remedy:
      "Correct the file, or take it back with: git checkout infra/services/litellm/config.yaml",
    cause,
  });
}
