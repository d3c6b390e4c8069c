import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { didYouMean } from "./did-you-mean.ts";
import { nearestSetting, settingNames } from "./settings/parse.ts";
import { pulumiName } from "./settings/pulumi-name.ts";
import { StackError } from "./stack-error.ts";
import { projectName } from "./project-name.ts";

/** Pulumi's own settings of a stack, as far as we read them. */
export interface StackSettings {
  /** Plain values, by the setting's name in Pulumi's configuration. */
  readonly plain: Readonly<Record<string, string>>;
  /** Names whose value is encrypted: only the engine can read them. */
  readonly encrypted: readonly string[];
}

const namespace = `${projectName}:`;

/** What Pulumi's configuration has of our settings, by their names there. */
export function ownSettings<Value>(config: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(config)
    .filter(([name]) => name.startsWith(namespace))
    .map(([name, value]) => [name.slice(namespace.length), value]);
}

export function settingsFilePath(root: string, stackName: string): string {
  return join(root, `Pulumi.${stackName}.yaml`);
}

/**
 * A name that no setting has would be ignored, and the user would wait for its effect.
 *
 * @param names of the configuration, without the project's namespace.
 * @param variables - names beside the settings that LiteLLM's config.yaml asks for.
 * @throws StackError naming the first that no setting has.
 */
export function requireKnownNames(
  names: readonly string[],
  stackName: string,
  variables: readonly string[],
): void {
  const known = new Set([...settingNames, ...variables].map(pulumiName));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const setting = nearestSetting(unknown.replaceAll(/[A-Z]/g, "_$&").toUpperCase());
  const guess = didYouMean(setting && pulumiName(setting));
  throw new StackError(
    `Pulumi's configuration sets ${namespace}${unknown}, which no setting has.${guess}`,
    {
      remedy: `Run ./stack --stack ${stackName} pulumi config rm ${unknown}; docs/configuration.md lists every setting.`,
    },
  );
}

export function readStackSettings(root: string, stackName: string): StackSettings {
  const path = settingsFilePath(root, stackName);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const { config } = (parseSettingsFile(text, path) ?? {}) as {
    config?: Record<string, unknown> | null;
  };
  const entries = ownSettings(config ?? {});
  const isPlain = (value: unknown) => value === null || typeof value !== "object";
  return {
    plain: Object.fromEntries(
      entries.filter(([, value]) => isPlain(value)).map(([name, value]) => [name, String(value)]),
    ),
    encrypted: entries.filter(([, value]) => !isPlain(value)).map(([name]) => name),
  };
}

/** @throws StackError where the file is not YAML. */
export function parseSettingsFile(text: string, path: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split("\n") : [];
    throw new StackError(`${path} is not valid YAML: ${why ?? ""}`, {
      remedy: "Correct it there, or get it back with git checkout.",
      cause: error,
    });
  }
}
