import { createHash } from "node:crypto";
import { definitions, type Settings } from "./settings/definitions.ts";
import { parseSettings, settingNames } from "./settings/parse.ts";
import { pulumiName } from "./settings/pulumi-name.ts";
import type { StackSettings } from "./stack-settings.ts";

/**
 * The settings of a fresh clone: what version control holds, defaults, and a stand-in for every
 * secret that `up` would generate, and for the variables of config.yaml. No `.env` file and no environment, so all machines agree.
 */
export function renderSettings(
  tracked: StackSettings,
  variables: readonly string[] = [],
): Settings {
  const untold = settingNames.filter(
    (name) =>
      definitions[name].fallback === undefined || tracked.encrypted.includes(pulumiName(name)),
  );
  const standIns = [...untold, ...variables].map((name): [string, string] => [
    name,
    standInFor(name),
  ]);
  const plain = settingNames.map((name): [string, string | undefined] => [
    name,
    tracked.plain[pulumiName(name)],
  ]);
  const layers = [
    { source: "the stack's settings file", values: Object.fromEntries(plain), onlySettings: false },
    {
      source: "the stand-ins",
      // Images that are built here say by their tag that their content changed.
      values: { IMAGE_SOURCE: "build", ...Object.fromEntries(standIns) },
      onlySettings: false,
    },
  ];
  return parseSettings(layers, variables).settings;
}

/** Stands for a secret: the same in every tree, and of no use to anybody. */
function standInFor(name: string): string {
  return `placeholder-${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}
