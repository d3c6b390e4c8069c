import { configuredModels } from "../../infra/services/litellm/configured-models.ts";
import { endOf } from "../../infra/services/litellm/model-notes.ts";
import { configPath } from "../../infra/services/litellm/read-config.ts";
import { renderSettings } from "../../infra/render-settings.ts";
import { litellmVariables, loadSetting } from "../../infra/settings-sources.ts";
import { repositorySources } from "../../infra/sources.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import type { Surroundings } from "../stack/surroundings.ts";
import type { Dependency } from "./dependency.ts";

/** The settings that choose models; the others need not be there. */
const names = [
  "OPENROUTER_API_KEY",
  "PLANNER_MODEL",
  "PLANNER_API_BASE",
  "FALLBACK_MODEL",
] as const;

/** The models that the stack asks providers for, and when their providers end them. Nobody is asked. */
export function checkModels(
  { root, stackName, environment }: Pick<Surroundings, "root" | "stackName" | "environment">,
  today = new Date(),
): Dependency[] {
  const tracked = readStackSettings(root, stackName);
  const sources = {
    root,
    stackName,
    environment,
    pulumiConfig: (name: string) => tracked.plain[name],
  };
  const chosen = Object.fromEntries(names.map((name) => [name, loadSetting(name, sources)]));
  const settings = { ...renderSettings(tracked, litellmVariables(root)), ...chosen };
  const configYaml = repositorySources(root).readText(configPath);
  return configuredModels(configYaml, settings).map((model): Dependency => {
    const { group, model: name, chosenIn } = model;
    const ends = endOf(model, settings, today);
    const where = chosenIn === "config.yaml" ? configPath : chosenIn;
    const common = { area: "models", name, where, pinned: group, scope: "runtime" } as const;
    if (ends === undefined) return { ...common, state: "current", todo: "Nothing." };
    const todo = `Choose another model in ${where}: its provider ends this one.`;
    return { ...common, newest: `ends ${ends}`, state: "behind", todo };
  });
}
