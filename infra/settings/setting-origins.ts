import { definitions } from "./definitions.ts";
import { settingNames, type SettingsLayer } from "./parse.ts";
import type { Setting } from "./setting.ts";

/** One setting, and where its value comes from. */
export interface SettingOrigin {
  /** A setting's name, or one that config.yaml reads from the environment. */
  readonly name: string;
  /** The text as it was written; undefined for a secret, and where nothing sets it. */
  readonly value: string | undefined;
  readonly isSecret: boolean;
  readonly isSet: boolean;
  /** "the environment", ".env", "Pulumi's configuration", or "default". */
  readonly origin: string;
  /** Other sources that set it, which are not used. */
  readonly hidden: readonly string[];
}

/** A login in an address is a secret too. */
const passwordInUrl = /^(\w+:\/\/)[^@/]*@/;

/**
 * Every setting with its origin, in the table's order, then the variables of config.yaml; `layers` are the
 * strongest first. Checks no value.
 */
export function settingOrigins(
  layers: readonly SettingsLayer[],
  variables: readonly string[] = [],
): SettingOrigin[] {
  const beside = variables.filter((name) => !(name in definitions));
  return [...settingNames, ...beside].map((name) => {
    const { fallback, secret } = definitionOf(name);
    const [winner, ...losers] = layers.filter(({ values }) => Boolean(values[name]?.trim()));
    const value = winner?.values[name] ?? fallback;
    return {
      name,
      value: secret ? undefined : value?.replace(passwordInUrl, "$1"),
      isSecret: secret,
      isSet: Boolean(value),
      origin: winner?.source ?? (name in definitions ? "default" : "nowhere"),
      hidden: losers.map(({ source }) => source),
    };
  });
}

function definitionOf(name: string): { readonly fallback: string | undefined; secret: boolean } {
  const known: Readonly<Record<string, Setting>> = definitions;
  return known[name] ?? { fallback: undefined, secret: true };
}
