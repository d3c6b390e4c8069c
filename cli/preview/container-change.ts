import type { ServiceFacts, StackFacts } from "../../infra/rendering.ts";
import type { Change, Finding } from "./change.ts";
import { dependentsOf } from "./dependents.ts";
import { imageCause } from "./image-cause.ts";
import { actionOf, type PlannedStep } from "./planned-step.ts";
import { protectionFindings } from "./protection-findings.ts";
import { type RiskLevel, worst } from "./risk.ts";
import { serviceFindings } from "./service-findings.ts";
import { projectName } from "../../infra/project-name.ts";

/** Words what would become of one service. */
export function containerChange(step: PlannedStep, before: StackFacts, after: StackFacts): Change {
  const { subject, name } = step;
  const [old, now] = [before.services[name], after.services[name]];
  const findings = findingsOf(old, now, imageFinding(name, before, after));
  const action = actionOf(step);
  const texts = findings.map(({ text }) => text);
  const unworded = texts.length === 0 && action !== "create" && action !== "remove";
  return {
    subject,
    action,
    level: worst([floor[action], ...findings.map(({ level }) => level)]),
    reasons: unworded ? step.reasons : texts,
    risk: costOf(action, now ?? old, dependentsOf(name, { ...before.services, ...after.services })),
    files: findings.flatMap(({ file }) => file ?? []),
  };
}

/** What an action asks for at least, whatever its reasons. */
const floor: Readonly<Record<Change["action"], RiskLevel>> = {
  create: "none",
  update: "none",
  replace: "interruption",
  remove: "breaking",
};

function findingsOf(
  old: ServiceFacts | undefined,
  now: ServiceFacts | undefined,
  image: Finding | undefined,
): Finding[] {
  if (old && now) return [...(image ? [image] : []), ...serviceFindings(old, now)];
  if (!now) return [];
  const about: Finding[] = now.summary === undefined ? [] : [{ text: now.summary, level: "none" }];
  return [...protectionFindings(undefined, now.args), ...about];
}

function imageFinding(name: string, before: StackFacts, after: StackFacts): Finding | undefined {
  const [old, now] = [before.services[name]?.image, after.services[name]?.image];
  if (old === undefined || now === undefined || old === now) return undefined;
  const ours = [old, now].every((image) => image.startsWith(`${projectName}/`));
  if (!ours) return { text: `image ${old} -> ${now}`, level: "interruption" };
  const cause = imageCause(before.images?.[name], after.images?.[name]) ?? "its content changed";
  return { text: `another image: ${cause}`, level: "interruption" };
}

function costOf(
  action: Change["action"],
  service: ServiceFacts | undefined,
  dependents: readonly string[],
): string {
  const volumes = service?.args.volumes.filter(({ volumeName }) => volumeName !== undefined) ?? [];
  const kept = volumes.length === 0 ? [] : [volumes.length === 1 ? "volume kept" : "volumes kept"];
  const affected = dependents.length === 0 ? [] : [`${dependents.join(", ")} can't use it`];
  switch (action) {
    case "create":
      return "Starts; no downtime.";
    case "update":
      return "Changed while it runs.";
    case "remove":
      return sentence(["Stops for good", ...kept, ...affected]);
    case "replace": {
      const seconds = service?.replacementSeconds;
      const length = seconds === undefined ? "Until it is healthy again" : `About ${seconds} s`;
      return sentence([
        `${length} without it`,
        ...kept,
        ...affected.map((text) => `${text} meanwhile`),
      ]);
    }
  }
}

function sentence(parts: readonly string[]): string {
  return `${parts.join("; ")}.`;
}
