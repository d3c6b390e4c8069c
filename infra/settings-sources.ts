import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";
import { type NetworkSettings, networkSettings } from "./network-settings.ts";
import type { SettingName, Settings } from "./settings/definitions.ts";
import { dotenvFileName, requireStackName } from "./stack-name.ts";
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
  return parseSettings(settingsLayers(sources));
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
    { source: "the environment", values: sources.environment, onlySettings: false },
    dotenvLayer(sources.root, sources.stackName),
    { source: "Pulumi's configuration", values: pulumiValues(sources), onlySettings: false },
  ];
}

/**
 * How the internet is reached, from the environment and the stack's `.env` file.
 *
 * It is needed before anything else, so it asks for no other setting and not for Pulumi's configuration.
 */
export function loadNetworkSettings(
  sources: Omit<SettingsSources, "pulumiConfig">,
): NetworkSettings {
  const { root, stackName, environment } = sources;
  const early = { root, stackName, environment };
  return networkSettings(environment, {
    OUTBOUND_PROXY: loadSetting("OUTBOUND_PROXY", early),
    OUTBOUND_NO_PROXY: loadSetting("OUTBOUND_NO_PROXY", early),
    COMPANY_CA_FILE: loadSetting("COMPANY_CA_FILE", early),
  });
}

/** The stack's own `.env` file as a layer; empty where there is none. */
function dotenvLayer(root: string, stackName: string): SettingsLayer {
  const source = dotenvFileName(stackName);
  const path = join(root, source);
  const values = existsSync(path) ? parseDotenv(readFileSync(path)) : {};
  return { source, values, onlySettings: true };
}

function pulumiValues({ pulumiConfig }: SettingsSources): Record<string, string | undefined> {
  return Object.fromEntries(settingNames.map((name) => [name, pulumiConfig?.(pulumiName(name))]));
}
