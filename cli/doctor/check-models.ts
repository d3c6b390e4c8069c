import { type ModelNote, modelNotes } from "../../infra/services/litellm/model-notes.ts";
import { configPath } from "../../infra/services/litellm/read-config.ts";
import { answerSource } from "../../infra/services/planner.ts";
import { repositorySources } from "../../infra/sources.ts";
import { StackError } from "../../infra/stack-error.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, ok, warning } from "./finding.ts";

export interface ModelFindings {
  /** The provider's model; undefined where answers come from the local one, or the settings are wrong. */
  readonly provider: string | undefined;
  readonly notes: readonly ModelNote[];
}

export const checkModels = defineCheck(
  "models",
  ({ root, settings }): ModelFindings => {
    if (settings instanceof StackError) return { provider: undefined, notes: [] };
    const configYaml = repositorySources(root).readText(configPath);
    return {
      provider: answerSource(settings.settings).provider,
      notes: modelNotes(configYaml, settings.settings, new Date()),
    };
  },
  judgeModels,
);

export function judgeModels({ provider, notes }: ModelFindings): Judgement[] {
  if (notes.length > 0) return notes.map(({ what, remedy }) => warning(what, remedy));
  return provider === undefined ? [] : [ok(`${provider} answers; no end of it is announced`)];
}
