import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dotenvLayer, environmentLayer } from "./early-layers.ts";
import { variablesOf } from "./services/litellm/config-variables.ts";
import { configPath } from "./services/litellm/read-config.ts";
import type { SettingName, Settings } from "./settings/definitions.ts";
import { requireStackName } from "./stack-name.ts";
import {
  type ParsedSettings,
  parseSetting,
  parseSettings,
  settingNames,
  type SettingsLayer,
} from "./settings/parse.ts";
import { pulumiName } from "./settings/pulumi-name.ts";

/** Where a stack's settings are read from; the same for `./stack` and a bare `pulumi up`. */
export interface SettingsSources {
  /** The repository's root, where `.env` is. */
  readonly root: string;
  readonly stackName: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Reads Pulumi's configuration of the stack, by the setting's name there; absent before Pulumi runs. */
  readonly pulumiConfig?: (name: string) => string | undefined;
}

/** @throws StackError on a wrong value, a missing one, or a name that no stack can have. */
export function loadSettings(sources: SettingsSources): ParsedSettings {
  requireStackName(sources.stackName);
  return parseSettings(settingsLayers(sources), litellmVariables(sources.root));
}

/** What the clone's config.yaml of LiteLLM reads from the environment. */
export function litellmVariables(root: string): readonly string[] {
  const path = join(root, configPath);
  return existsSync(path) ? variablesOf(readFileSync(path, "utf8")) : [];
}

/**
 * One setting alone: the others need not be there.
 *
 * @throws StackError on a wrong value.
 */
export function loadSetting<Name extends SettingName>(
  name: Name,
  sources: SettingsSources,
): Settings[Name] {
  return parseSetting(name, settingsLayers(sources));
}

/** The sources of a stack's settings, the strongest first. */
export function settingsLayers(sources: SettingsSources): SettingsLayer[] {
  return [
    environmentLayer(sources.environment),
    dotenvLayer(sources.root, sources.stackName),
    pulumiLayer(sources),
  ];
}

function pulumiLayer({ root, pulumiConfig }: SettingsSources): SettingsLayer {
  const names = [...settingNames, ...litellmVariables(root)];
  const values = names.map((name) => [name, pulumiConfig?.(pulumiName(name))]);
  return {
    source: "Pulumi's configuration",
    values: Object.fromEntries(values) as Record<string, string | undefined>,
    onlySettings: false,
  };
}
