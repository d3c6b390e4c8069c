import { definitions, type SettingName } from "./definitions.ts";
import { settingNames, type SettingsLayer } from "./parse.ts";

/** One setting, and where its value comes from. */
export interface SettingOrigin {
  readonly name: SettingName;
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

/** Every setting with its origin, in the table's order; `layers` are the strongest first. Checks no value. */
export function settingOrigins(layers: readonly SettingsLayer[]): SettingOrigin[] {
  return settingNames.map((name) => {
    const { fallback, secret } = definitions[name];
    const [winner, ...losers] = layers.filter(({ values }) => Boolean(values[name]?.trim()));
    const value = winner?.values[name] ?? fallback;
    return {
      name,
      value: secret ? undefined : value?.replace(passwordInUrl, "$1"),
      isSecret: secret,
      isSet: Boolean(value),
      origin: winner?.source ?? "default",
      hidden: losers.map(({ source }) => source),
    };
  });
}
