import { desiredStack, type PlannedStack } from "../../infra/desired-stack.ts";
import type { ParsedSettings } from "../../infra/settings/parse.ts";
import { repositorySources } from "../../infra/sources.ts";
import type { Surroundings } from "./surroundings.ts";

/** The stack as this work tree and its settings want it. */
export function desiredOf(
  surroundings: Pick<Surroundings, "root" | "stackName">,
  { settings }: Pick<ParsedSettings, "settings">,
  { bindMounts = false }: { readonly bindMounts?: boolean } = {},
): PlannedStack {
  const { root, stackName } = surroundings;
  const mountFrom = bindMounts ? { mountFrom: root } : {};
  return desiredStack(settings, stackName, repositorySources(root), mountFrom);
}
