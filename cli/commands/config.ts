import { didYouMean } from "../../infra/did-you-mean.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import { nearestSetting, settingNames } from "../../infra/settings/parse.ts";
import { type SettingOrigin, settingOrigins } from "../../infra/settings/setting-origins.ts";
import { litellmVariables, settingsLayers } from "../../infra/settings-sources.ts";
import { StackError } from "../../infra/stack-error.ts";
import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { colours as pc } from "../output/colours.ts";
import { table } from "../output/table.ts";

export const config = defineCommand({
  options: (parser) =>
    parser
      .positional("settings", {
        type: "string",
        array: true,
        default: [] as string[],
        describe: "Only these (those that differ from the default, when none is named)",
      })
      .option("all", {
        type: "boolean",
        default: false,
        describe: "Show the settings that have their default, too",
      }),
  examples: [
    ["./stack config", "what was set, and where"],
    ["./stack config AGENT_PORT IMAGE_SOURCE", "two settings"],
    ["./stack config --all --json", "every setting, as one JSON object"],
  ],
  run: ({ root, stackName, environment }, { settings, all }) => {
    const variables = litellmVariables(root);
    requireSettings(settings, variables);
    const { plain, encrypted } = readStackSettings(root, stackName);
    const origins = settingOrigins(
      settingsLayers({
        ...{ root, stackName, environment },
        // That it is set is all that is shown of it, and only the engine could read it.
        pulumiConfig: (name) => plain[name] ?? (encrypted.includes(name) ? "encrypted" : undefined),
      }),
      variables,
    );
    const shown = origins.filter(({ name, origin }) =>
      settings.length > 0 ? settings.includes(name) : all || origin !== "default",
    );
    return {
      text:
        shown.length > 0
          ? render(shown)
          : "Every setting has its default. Show them: ./stack config --all",
      data: { settings: shown },
    };
  },
});

function render(shown: readonly SettingOrigin[]): string {
  const header = ["SETTING", "VALUE", "FROM"].map((text) => pc.dim(text));
  return table([header, ...shown.map(rowOf)]);
}

function rowOf({ name, value, isSecret, isSet, origin, hidden }: SettingOrigin): string[] {
  const from = hidden.length > 0 ? `${origin} (also set in ${hidden.join(", ")})` : origin;
  const text = isSecret ? (isSet ? "(set)" : "") : (value ?? "");
  return [name, text === "" ? pc.dim("-") : text, from];
}

function requireSettings(names: readonly string[], variables: readonly string[]): void {
  const known: readonly string[] = [...settingNames, ...variables];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const guess = didYouMean(nearestSetting(unknown[0]?.toUpperCase() ?? ""));
  throw new StackError(`There is no setting called ${unknown.join(", ")}.${guess}`, {
    remedy: "./stack config --all lists every setting.",
    exitCode: exitCodes.usage,
  });
}
