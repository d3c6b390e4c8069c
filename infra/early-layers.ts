import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";
import type { SettingsLayer } from "./settings/parse.ts";
import { dotenvFileName } from "./stack-name.ts";

// The sources of settings that are there before Pulumi is.

export function environmentLayer(values: NodeJS.ProcessEnv): SettingsLayer {
  return { source: "the environment", values, onlySettings: false };
}

/** The stack's own `.env` file as a layer; empty where there is none. */
export function dotenvLayer(root: string, stackName: string): SettingsLayer {
  const source = dotenvFileName(stackName);
  const path = join(root, source);
  const values = existsSync(path) ? parseDotenv(readFileSync(path)) : {};
  return { source, values, onlySettings: true };
}
