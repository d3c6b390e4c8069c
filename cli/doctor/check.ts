import { StackError } from "../../infra/stack-error.ts";
import { inWords } from "../command-line/in-words.ts";
import type { Finding, Judgement } from "./finding.ts";
import type { Place } from "./place.ts";

/** One look: facts gathered from the world, then judged by a pure function. */
export interface Check {
  readonly name: string;
  readonly run: (place: Place) => Promise<Finding[]>;
}

export function defineCheck<Facts>(
  name: string,
  gather: (place: Place) => Facts | Promise<Facts>,
  judge: (facts: Facts) => readonly Judgement[],
): Check {
  return {
    name,
    run: async (place) => {
      const judged = await Promise.resolve()
        .then(() => gather(place))
        .then(judge)
        .catch(blind);
      return judged.map((judgement) => ({ check: name, ...judgement }));
    },
  };
}

/** One look that fails must not cost the user all the others. */
function blind(thrown: unknown): Judgement[] {
  const error = inWords(thrown);
  const why = error instanceof Error ? error.message : String(error);
  const remedy =
    error instanceof StackError
      ? error.remedy
      : "Correct what it names; the other findings do not depend on it.";
  return [{ severity: "warning", what: `This could not be looked at: ${why}`, remedy }];
}
