import type { StackFacts } from "../../infra/rendering.ts";
import { resourceTypes } from "../pulumi/stack-state.ts";
import type { Change } from "./change.ts";
import { containerChange } from "./container-change.ts";
import { imageCause } from "./image-cause.ts";
import { actionOf, type PlannedStep } from "./planned-step.ts";
import { publishedChanges } from "./published-changes.ts";
import { riskLevels } from "./risk.ts";
import { settingChanges } from "./setting-changes.ts";

/**
 * Words what would be done by what differs between the stack before and after, the worst first.
 *
 * @param gone services whose container is missing, stopped or unhealthy, and how; the engine knows
 *   of them only after a refresh, which a preview does not do.
 */
export function describeChanges(
  steps: readonly PlannedStep[],
  before: StackFacts,
  after: StackFacts,
  gone: ReadonlyMap<string, string> = new Map(),
): Change[] {
  const planned = steps.map((step) => changeOf(step, before, after));
  const named = new Set(planned.map(({ subject }) => subject));
  const repairs = [...gone].filter(([service]) => !named.has(service)).map(repairOf);
  const elsewhere = [...publishedChanges(before, after), ...settingChanges(before, after)];
  const changes = [...planned, ...repairs, ...elsewhere];
  return changes.sort((a, b) => riskLevels.indexOf(a.level) - riskLevels.indexOf(b.level));
}

function repairOf([subject, how]: [string, string]): Change {
  return {
    subject,
    action: how === "missing" ? "create" : "replace",
    level: "interruption",
    reasons: [how],
    risk: "It is not serving now; its data is kept.",
    files: [],
  };
}

function changeOf(step: PlannedStep, before: StackFacts, after: StackFacts): Change {
  if (step.type === resourceTypes.container) return containerChange(step, before, after);
  const { subject } = step;
  const action = actionOf(step);
  const common = { subject, action, files: [] };
  if (step.type === resourceTypes.image) {
    const name = step.name.replace(/^image-/, "");
    const cause = imageCause(before.images?.[name], after.images?.[name]);
    const risk = action === "remove" ? "It stays on disk." : "Rebuild only, no downtime.";
    return { ...common, level: "none", reasons: cause === undefined ? [] : [cause], risk };
  }
  if (step.type === resourceTypes.volume && action !== "create") {
    const risk =
      "No service reads it any more. Its data stays until it is deleted by hand; after up, ./stack doctor " +
      "says how to take it over.";
    return { ...common, level: "data", reasons: [], risk };
  }
  return { ...common, level: "none", reasons: [], risk: "Interrupts nothing by itself." };
}
