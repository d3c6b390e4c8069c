import { definitions, type Settings } from "../../infra/settings/definitions.ts";
import { parseSettings, settingNames } from "../../infra/settings/parse.ts";

/** A fixed value for every secret that a first `up` generates, each unlike the others. */
export const generatedSecrets: Readonly<Record<string, string>> = Object.fromEntries(
  settingNames
    .filter((name) => "generatedBytes" in definitions[name])
    .map((name) => [name, `${name.toLowerCase().replaceAll("_", "-")}-1`]),
);

/**
 * Settings as a first `up` would have them, with fixed secrets, and `overrides` on top.
 *
 * @param variables - what LiteLLM's config.yaml asks for beside them.
 */
export function settingsWith(
  overrides: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, string>> = {},
): Settings {
  const values = { IMAGE_SOURCE: "build", ...generatedSecrets, ...overrides, ...variables };
  const layers = [{ source: "the test", values, onlySettings: true }];
  return parseSettings(layers, Object.keys(variables)).settings;
}
