import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";
import {
  type NetworkSettings,
  networkSettings,
  type OutboundSettings,
} from "./network-settings.ts";
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
  /** The repository's root, where `.env` lies. */
  readonly root: string;
  readonly stackName: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Reads Pulumi's configuration of the stack, by the setting's name there. */
  readonly pulumiConfig: (name: string) => string | undefined;
}

/** @throws StackError on a wrong value, a missing one, or a name that no stack can have. */
export function loadSettings(sources: SettingsSources): ParsedSettings {
  requireStackName(sources.stackName);
  return parseSettings(settingsLayers(sources));
}

/** One setting alone: the others need not be there. */
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
  sources: Pick<SettingsSources, "root" | "stackName" | "environment">,
): NetworkSettings {
  const names = ["OUTBOUND_PROXY", "OUTBOUND_NO_PROXY", "COMPANY_CA_FILE"] as const;
  const given = names.map((name) => [name, earlySetting(name, sources)]);
  return networkSettings(
    sources.environment,
    Object.fromEntries(given) as Partial<OutboundSettings>,
  );
}

/** One setting from the environment and the stack's `.env` file, for what runs before Pulumi does. */
export function earlySetting(
  name: keyof Settings,
  { root, stackName, environment }: Pick<SettingsSources, "root" | "stackName" | "environment">,
): string | undefined {
  return environment[name]?.trim() || dotenvLayer(root, stackName).values[name]?.trim();
}

/** The stack's own `.env` file as a layer; empty where there is none. */
function dotenvLayer(root: string, stackName: string): SettingsLayer {
  const source = dotenvFileName(stackName);
  const path = join(root, source);
  const values = existsSync(path) ? parseDotenv(readFileSync(path)) : {};
  return { source, values, onlySettings: true };
}

function pulumiValues({ pulumiConfig }: SettingsSources): Record<string, string | undefined> {
  return Object.fromEntries(settingNames.map((name) => [name, pulumiConfig(pulumiName(name))]));
}
