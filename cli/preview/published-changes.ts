import type { StackFacts } from "../../infra/rendering.ts";
import type { Change } from "./change.ts";

/** Published images that stacks with IMAGE_SOURCE=registry would run in another version. */
export function publishedChanges(before: StackFacts, after: StackFacts): Change[] {
  const [old, now] = [before.published, after.published];
  if (!old || !now) return [];
  return Object.keys(now)
    .filter((name) => old[name] !== undefined && old[name] !== now[name])
    .sort()
    .map((name) => ({
      subject: `published image ${name}`,
      action: "replace",
      level: "interruption",
      reasons: [`${old[name] ?? ""} -> ${now[name] ?? ""}`],
      risk: "Only with IMAGE_SOURCE=registry: what runs from it is replaced.",
      files: [],
    }));
}
