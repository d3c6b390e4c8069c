import { conditionCauses } from "./condition-causes.ts";
import { dockerCauses } from "./docker-causes.ts";
import { logCauses } from "./log-causes.ts";
import type { Recogniser } from "./recogniser.ts";
import type { Symptoms } from "./symptoms.ts";

/** A cause that was seen before, and how to fix it. */
export interface KnownCause {
  /** Stable, for programs: "out-of-memory". */
  readonly id: string;
  /** One sentence, without the service's name. */
  readonly cause: string;
  /** What to type or to change. */
  readonly remedy: string;
}

/** The most certain first: a log may quote anything. */
export const recognisers: readonly Recogniser[] = [
  ...dockerCauses,
  ...logCauses,
  ...conditionCauses,
];

/** Every known cause that `symptoms` show, the most certain first. */
export function knownCauses(symptoms: Symptoms): KnownCause[] {
  return recognisers.flatMap(({ id, find, cause, remedy }) => {
    const found = find(symptoms);
    if (found === undefined) return [];
    return [{ id, cause: cause(found), remedy: remedy(found, symptoms.service) }];
  });
}
