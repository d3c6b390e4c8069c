import { parse } from "yaml";
import { definitions, type Settings } from "../../settings/definitions.ts";
import { yamlDialect } from "./read-config.ts";

const prefix = "os.environ/";

/** What LiteLLM is given in any case. */
export const ownVariables: readonly string[] = [
  ...["LITELLM_MASTER_KEY", "PHOENIX_COLLECTOR_HTTP_ENDPOINT", "PHOENIX_PROJECT_NAME"],
  ...["MODEL", "API_BASE", "API_KEY"].flatMap((what) => [`PLANNER_${what}`, `FALLBACK_${what}`]),
];

/** The variables that a config.yaml wants to be given; none where it is not YAML, which whoever uses it says. */
export function variablesOf(configYaml: string): readonly string[] {
  return variablesIn(valueOf(configYaml)).filter((name) => !ownVariables.includes(name));
}

/** What `.env`, the environment or a setting gives for a name; undefined where none does. */
export function givenVariable(name: string, settings: Settings): string | undefined {
  const named: Readonly<Record<string, unknown>> = settings;
  const { [name]: variable } = settings.variables;
  const setting = name in definitions ? String(named[name]) : "";
  return variable ?? (setting === "" ? undefined : setting);
}

/** The names behind `os.environ/`, without those that the file sets by itself under `environment_variables`. */
export function variablesIn(config: unknown): readonly string[] {
  const { environment_variables: own } = Object(config) as { environment_variables?: unknown };
  const names = textsIn(config)
    .filter((text) => text.startsWith(prefix))
    .map((text) => text.slice(prefix.length));
  return [...new Set(names)].filter((name) => !(name in Object(own))).sort();
}

function valueOf(configYaml: string): unknown {
  try {
    return parse(configYaml, yamlDialect);
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(textsIn);
}
