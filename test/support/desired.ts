import { join } from "node:path";
import { desiredStack, type PlannedStack } from "../../infra/desired-stack.ts";
import { repositorySources } from "../../infra/sources.ts";
import { settingsWith } from "./settings.ts";

/** The files of this repository. */
export const testSources = repositorySources(join(import.meta.dirname, "../.."));

/** The stack `test` of this repository, rendered with `overrides` as its settings. */
export function desiredWith(overrides: Readonly<Record<string, string>> = {}): PlannedStack {
  return desiredStack(settingsWith(overrides), "test", testSources);
}
