import type { ParsedSettings } from "../../infra/settings/parse.ts";
import { loadSettings } from "../../infra/settings-sources.ts";
import type { Engine } from "../pulumi/engine.ts";
import { pulumiConfig } from "../pulumi/pulumi-config.ts";
import type { Surroundings } from "./surroundings.ts";

/** Reads every setting and changes nothing. */
export async function currentSettings(
  surroundings: Surroundings,
  engine: Engine,
): Promise<ParsedSettings> {
  const { root, stackName } = surroundings;
  return readSettings(surroundings, await pulumiConfig(root, stackName, engine));
}

/** Reads every setting, with what Pulumi's configuration has of them, and says what is odd. */
export function readSettings(
  { root, stackName, environment, report }: Surroundings,
  config: Readonly<Record<string, string>>,
): ParsedSettings {
  const parsed = loadSettings({
    root,
    stackName,
    environment,
    pulumiConfig: (name) => config[name],
  });
  for (const message of parsed.warnings) {
    report({ phase: "prepare", subject: "settings", status: "warning", message });
  }
  return parsed;
}
