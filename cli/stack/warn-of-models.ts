import { modelNotes } from "../../infra/services/litellm/model-notes.ts";
import { configPath } from "../../infra/services/litellm/read-config.ts";
import type { Settings } from "../../infra/settings/definitions.ts";
import { repositorySources } from "../../infra/sources.ts";
import type { Surroundings } from "./surroundings.ts";

/** Says what is amiss with the models that the settings and config.yaml name; nothing is refused. */
export function warnOfModels(
  { root, report }: Pick<Surroundings, "root" | "report">,
  settings: Settings,
): void {
  const configYaml = repositorySources(root).readText(configPath);
  for (const { what, remedy } of modelNotes(configYaml, settings, new Date())) {
    const message = `${what} ${remedy}`;
    report({ phase: "prepare", subject: "models", status: "warning", message });
  }
}
