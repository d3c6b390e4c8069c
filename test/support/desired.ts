import { join } from "node:path";
import { type DesiredStack, desiredStack } from "../../infra/desired-stack.ts";
import { repositorySources } from "../../infra/sources.ts";
import { settingsWith } from "./settings.ts";

const root = join(import.meta.dirname, "../..");

/** The stack `test` of this repository, rendered with `overrides` as its settings. */
export function desiredWith(overrides: Readonly<Record<string, string>> = {}): DesiredStack {
  return desiredStack(settingsWith(overrides), "test", repositorySources(root));
}
