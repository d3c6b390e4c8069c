import type { Settings } from "../../settings/definitions.ts";
import { hasProvider, localModel, plannerModel } from "../planner.ts";
import { givenVariable } from "./config-variables.ts";
import { type Deployment, readConfig } from "./read-config.ts";

/** A model that a stack asks a provider for. */
export interface ConfiguredModel {
  /** By which the stack's services ask for it: "planner". */
  readonly group: string;
  /** In LiteLLM's words. */
  readonly model: string;
  /** Where it is chosen: a setting's name, or config.yaml. */
  readonly chosenIn: string;
  readonly deployment: Deployment;
}

/** The models of config.yaml and of the settings, without those that run in the stack. */
export function configuredModels(configYaml: string, settings: Settings): ConfiguredModel[] {
  const own = readConfig(configYaml).model_list.map((deployment): ConfiguredModel => {
    const { model_name: group, litellm_params: params } = deployment;
    const written = params?.["model"];
    const model = modelOf(typeof written === "string" ? written : "", settings);
    const chosenIn = written === "os.environ/PLANNER_MODEL" ? "PLANNER_MODEL" : "config.yaml";
    return { group, model, chosenIn, deployment };
  });
  const { FALLBACK_MODEL: fallback } = settings;
  const deployment = { model_name: "fallback", litellm_params: undefined, model_info: undefined };
  const behind: ConfiguredModel = {
    ...{ group: "fallback", model: fallback, chosenIn: "FALLBACK_MODEL", deployment },
  };
  const falls = hasProvider(settings) && !["local", "none"].includes(fallback);
  return [...own, ...(falls ? [behind] : [])].filter(
    ({ model, deployment: { litellm_params } }) => {
      const base = litellm_params?.["api_base"];
      const isInStack = model === localModel.name || base === "http://embeddings:8000/v1";
      return model !== "" && !isInStack;
    },
  );
}

function modelOf(written: string, settings: Settings): string {
  if (!written.startsWith("os.environ/")) return written;
  const name = written.slice("os.environ/".length);
  if (name === "PLANNER_MODEL") return plannerModel(settings);
  return givenVariable(name, settings) ?? "";
}
