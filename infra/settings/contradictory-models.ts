import { loopbackProblem } from "../services/loopback-problem.ts";
import type { Settings } from "./definitions.ts";

type ModelSettings = Pick<Settings, "OPENROUTER_API_KEY" | "PLANNER_MODEL" | "PLANNER_API_BASE">;

/** Why the settings of `planner` can't be meant, though each is good by itself: a sentence each. */
export function contradictoryModels(settings: ModelSettings): readonly string[] {
  const { PLANNER_API_BASE: base, PLANNER_MODEL: model, OPENROUTER_API_KEY: key } = settings;
  const loopback = loopbackProblem("PLANNER_API_BASE", base);
  return [
    ...(loopback === undefined ? [] : [loopback]),
    ...(base !== "" && model === "" && key === ""
      ? [
          "PLANNER_API_BASE is set and PLANNER_MODEL is not: write openai/ and the name that the server " +
            "gives its model into PLANNER_MODEL.",
        ]
      : []),
  ];
}
