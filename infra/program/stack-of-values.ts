import { createHmac } from "node:crypto";
import { resolve } from "node:path";
import { writeBuildSecrets } from "../build-network.ts";
import { desiredStack, type PlannedStack } from "../desired-stack.ts";
import { networkSettings } from "../network-settings.ts";
import { definitions, type SettingName } from "../settings/definitions.ts";
import type { Setting } from "../settings/setting.ts";
import { parseSettings } from "../settings/parse.ts";
import { repositorySources } from "../sources.ts";
import { StackError } from "../stack-error.ts";
import { requireStackName } from "../stack-name.ts";

export interface ValuesOptions {
  readonly stackName: string;
  /** The clone of this repository, from the program's working directory. */
  readonly root: string;
  /** Proxies and certificates for image builds are read from it, and nothing else. */
  readonly environment: NodeJS.ProcessEnv;
  /** What LiteLLM's config.yaml reads by os.environ/NAME beside the settings. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Pulumi reads `config set --path settings.AGENT_PORT 8100` as a number: both forms are the same value. */
export type SettingValues = Readonly<Partial<Record<SettingName, string | number>>>;

/**
 * The stack that your own program makes of values alone: it reads no `.env` file.
 *
 * It writes the clone's `.stack/network/`, which image builds read.
 *
 * @throws StackError naming every value that is wrong or missing.
 */
export function stackOfValues(
  values: SettingValues,
  { stackName, root, environment, variables = {} }: ValuesOptions,
): PlannedStack {
  requireStackName(stackName);
  const { settings, warnings } = parseSettings(
    [{ source: "the program", values: { ...asTexts(values), ...variables }, onlySettings: true }],
    Object.keys(variables),
  );
  if (warnings.length > 0) {
    throw new StackError(warnings.join("\n"), {
      remedy: "docs/configuration.md lists every setting.",
    });
  }
  const clone = resolve(root);
  writeBuildSecrets(clone, networkSettings(environment, settings));
  return desiredStack(settings, stackName, repositorySources(clone));
}

function asTexts(values: SettingValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/**
 * Every generated secret of a stack, derived from one: the same text for the same key and name, so a
 * program needs to keep one secret only. Of a derived secret, neither the key nor another is known.
 *
 * @param key at least 32 characters; who has it has every secret of the stack.
 */
export function secretsFrom(key: string): SettingValues {
  if (key.length < 32) throw new Error("The key of secretsFrom needs at least 32 characters.");
  const derived = Object.entries<Setting>(definitions).flatMap(
    ([name, { generatedBytes, generatedPrefix = "" }]) => {
      if (generatedBytes === undefined) return [];
      const bytes = createHmac("sha256", key).update(name).digest().subarray(0, generatedBytes);
      return [[name, generatedPrefix + bytes.toString("base64url")]];
    },
  );
  return Object.fromEntries(derived) as SettingValues;
}
