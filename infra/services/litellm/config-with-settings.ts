import { type Document, isMap, isSeq, parseDocument } from "yaml";
import type { Settings } from "../../settings/definitions.ts";
import { StackError } from "../../stack-error.ts";
import { hasProvider } from "../planner.ts";

/**
 * The operator's config.yaml with what the settings say: the limits of `planner`, what answers in its
 * place when it fails, and whether LiteLLM's calls become spans.
 *
 * Limits go in only where set, and numbers as numbers: LiteLLM takes an empty text from the environment
 * for a limit, and sends a temperature on as text.
 *
 * @throws StackError where the file is no YAML or has no list of models.
 */
export function configWithSettings(configYaml: string, settings: Settings): string {
  const document = parseDocument(configYaml);
  const [error] = document.errors;
  if (error) throw configError(error.message, error);
  const models = document.get("model_list");
  if (!isSeq(models)) throw configError("model_list is not a list");

  for (const model of models.items) {
    if (!isMap(model) || model.get("model_name") !== "planner") continue;
    for (const [name, value] of Object.entries(plannerLimits(settings))) {
      if (value !== undefined) model.setIn(["litellm_params", name], value);
    }
  }
  if (hasProvider(settings) && settings.FALLBACK_MODEL !== "none") {
    models.add(document.createNode(fallbackModel));
    addFallback(document);
  }
  if (hidesInTraces(settings)) sendNoSpans(document);
  return document.toString();
}

function plannerLimits(settings: Settings) {
  return {
    temperature: numberOf(settings.PLANNER_TEMPERATURE),
    max_tokens: numberOf(settings.PLANNER_MAX_TOKENS),
    rpm: numberOf(settings.PLANNER_RPM),
    max_budget: numberOf(settings.PLANNER_MAX_BUDGET),
    budget_duration: settings.PLANNER_BUDGET_DURATION || undefined,
  };
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
function addFallback(document: Document): void {
  const path = ["router_settings", "fallbacks"];
  const ours = document.createNode({ planner: ["fallback"] });
  const present = document.getIn(path);
  if (isSeq(present)) present.add(ours);
  else document.setIn(path, document.createNode([{ planner: ["fallback"] }]));
}

function hidesInTraces(settings: Settings): boolean {
  return Object.entries(settings).some(
    ([name, value]) => name.startsWith("OPENINFERENCE_HIDE_") && value === "true",
  );
}

/**
 * LiteLLM's own switch, `turn_off_message_logging`, leaves the schemas of tools, parameters and the
 * words of failed calls in its spans. The agent's tell of each call, too, and keep to the settings.
 */
function sendNoSpans(document: Document): void {
  const path = ["litellm_settings", "callbacks"];
  const callbacks = document.getIn(path);
  if (!isSeq(callbacks)) return;
  const others = callbacks.toJSON();
  document.setIn(path, document.createNode(others.filter((name) => name !== "arize_phoenix")));
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
