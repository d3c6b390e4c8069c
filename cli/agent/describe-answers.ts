import { localModel } from "../../infra/services/planner.ts";
import type { FallbackRuns } from "./fallback-runs.ts";

/** Which models a stack asks, by what was applied of LiteLLM. */
export interface AnsweringModels {
  readonly model: string;
  /** Undefined where an error is answered in its place. */
  readonly fallback: string | undefined;
}

export function answeringModels(
  litellm: { readonly environment: Readonly<Record<string, string>> } | undefined,
): AnsweringModels | undefined {
  const { PLANNER_MODEL: model, FALLBACK_MODEL: fallback } = litellm?.environment ?? {};
  return model === undefined ? undefined : { model, fallback };
}

/** Where answers come from, and whether another model has stood in. */
export function describeAnswers(
  { model, fallback }: AnsweringModels,
  runs: FallbackRuns | undefined,
): string[] {
  const failing =
    fallback === undefined ? "an error when it fails" : `${nameOf(fallback)} when it fails`;
  const hasProvider = model !== localModel.name;
  const from = `Answers come from ${nameOf(model)}${hasProvider ? `; ${failing}` : ""}.`;
  const stoodIn = Object.entries(runs ?? {}).map(
    ([name, count]) =>
      `${nameOf(name)} has stood in for ${count} ${count === 1 ? "run" : "runs"} since the agent started: ./stack why litellm`,
  );
  return [from, ...stoodIn];
}

function nameOf(model: string): string {
  return model === localModel.name ? "the small local model" : model;
}
