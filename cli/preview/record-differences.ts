import type { AppliedRecord, AppliedService } from "../../infra/applied-record.ts";
import { serviceFindings } from "./service-findings.ts";

/** What differs between two applied records, a line each: "litellm: LOG_LEVEL info -> debug". */
export function recordDifferences(before: AppliedRecord, after: AppliedRecord): string[] {
  const names = [...new Set([...Object.keys(before.services), ...Object.keys(after.services)])];
  return names.flatMap((name) => {
    const [old, now] = [before.services[name], after.services[name]];
    if (!old) return [`${name} is added`];
    if (!now) return [`${name} is removed`];
    return serviceDifferences(old, now).map((difference) => `${name}: ${difference}`);
  });
}

function serviceDifferences(before: AppliedService, after: AppliedService): string[] {
  const image = before.image === after.image ? [] : ["its image's content changed"];
  return [...image, ...serviceFindings(before, after).map(({ text }) => text)];
}
