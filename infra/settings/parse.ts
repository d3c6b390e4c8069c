import { didYouMean, nearestOf } from "../did-you-mean.ts";
import { StackError } from "../stack-error.ts";
import { contradictorySettings } from "./agent-settings.ts";
import { definitions, type SettingName, type Settings } from "./definitions.ts";
import { contradictoryModels } from "./model-contradictions.ts";

/** Where values may come from. The first layer that sets a name wins. */
export interface SettingsLayer {
  /** Named in errors and warnings: "the environment", ".env", "Pulumi's configuration". */
  readonly source: string;
  readonly values: Readonly<Record<string, string | undefined>>;
  /** True where a name that no setting has is a mistake; the process environment is full of them. */
  readonly onlySettings: boolean;
}

export interface ParsedSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, string>>;
  readonly warnings: readonly string[];
}

// Docker Compose would expand it in the exported file, and the two would differ without a word.
const notExpanded = "Variables are not expanded there: write the value itself.";

export const settingNames = Object.keys(definitions) as SettingName[];

/**
 * Reads every setting from `layers`, the strongest first.
 *
 * @param variables - names beside the settings that LiteLLM's config.yaml asks for.
 * @throws StackError naming every value that is wrong, missing or at odds with another, never with a secret's text.
 */
export function parseSettings(
  layers: readonly SettingsLayer[],
  variables: readonly string[] = [],
): ParsedSettings {
  const parsed = parseNamed(settingNames, layers, variables);
  const problems = [
    ...contradictorySettings(parsed.settings),
    ...contradictoryModels(parsed.settings),
  ];
  if (problems.length > 0) throw settingsError(problems, []);
  return parsed;
}

/** One setting alone, for what works before a stack has its secrets. */
export function parseSetting<Name extends SettingName>(
  name: Name,
  layers: readonly SettingsLayer[],
): Settings[Name] {
  return parseNamed([name], layers).settings[name];
}

/** @returns of the settings only those that are named. */
function parseNamed(
  names: readonly SettingName[],
  layers: readonly SettingsLayer[],
  variables: readonly string[] = [],
): ParsedSettings {
  const settings: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  const problems: string[] = [];
  const missing: SettingName[] = [];
  const warnings = layers
    .filter((layer) => layer.onlySettings)
    .flatMap((layer) => unknownNames(layer, variables));

  for (const name of names) {
    const definition = definitions[name];
    const givers = layers.filter((layer) => isSet(layer.values[name]));
    const [winner, ...losers] = givers;
    const value = winner?.values[name] ?? definition.fallback;
    if (value === undefined) {
      missing.push(name);
      continue;
    }
    const reference = winner?.onlySettings ? /\$\{\w+\}/.exec(value)?.[0] : undefined;
    if (reference !== undefined) {
      problems.push(`${name} in ${winner?.source ?? ""} contains ${reference}. ${notExpanded}`);
      continue;
    }
    const parsed = definition.schema.safeParse(value);
    if (parsed.success) settings[name] = parsed.data;
    else problems.push(wrongValue(name, winner?.source ?? "the default", value));
    origins[name] = winner?.source ?? "default";
    for (const loser of losers.filter((layer) => layer.values[name] !== value)) {
      warnings.push(`${name} from ${winner?.source ?? ""} hides another value in ${loser.source}.`);
    }
  }

  if (missing.length + problems.length > 0) throw settingsError(problems, missing);
  return {
    settings: { ...settings, variables: variablesIn(layers, variables) } as unknown as Settings,
    origins: origins as Record<SettingName, string>,
    warnings,
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

function wrongValue(name: SettingName, source: string, value: string): string {
  const definition = definitions[name];
  const shown = definition.secret ? "a value" : `"${value}"`;
  return `${name} in ${source} is ${shown}; it accepts ${definition.accepts}.`;
}

function settingsError(problems: readonly string[], missing: readonly SettingName[]): StackError {
  const unset =
    missing.length > 0 ? [`${missing.length} secrets are not set: ${missing.join(", ")}.`] : [];
  return new StackError([...problems, ...unset].join("\n"), {
    remedy:
      problems.length === 0
        ? "Run ./stack up: it writes the missing values into the stack's .env file."
        : "Correct the value there; docs/configuration.md lists what each setting accepts.",
  });
}

/** A line without a value counts: somebody wrote it. */
function variablesIn(
  layers: readonly SettingsLayer[],
  names: readonly string[],
): Record<string, string> {
  const beside = names.filter((name) => !(name in definitions));
  const pairs = beside.flatMap((name): [string, string][] => {
    const values = layers.map((layer) => layer.values[name]).filter((value) => value !== undefined);
    const value = values.find(isSet) ?? values[0];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(pairs);
}

function unknownNames(layer: SettingsLayer, variables: readonly string[]): string[] {
  return Object.keys(layer.values)
    .filter((name) => !(name in definitions) && !variables.includes(name))
    .map((name) => {
      const now = renamed[name] ?? didYouMean(nearestSetting(name)).trimStart();
      return `${layer.source} sets ${name}, which no setting has. ${now}`.trimEnd();
    });
}

/** What took the place of a setting, and how its value is written there. */
const renamed: Readonly<Partial<Record<string, string>>> = {
  AGENT_CONTEXT_CHARACTERS: "It is AGENT_CONTEXT_TOKENS now: four English characters are a token.",
};

/** The setting whose name is most like `name`; undefined where none is. */
export function nearestSetting(name: string): SettingName | undefined {
  return nearestOf(name, settingNames, 4);
}
