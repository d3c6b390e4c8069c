import type { ServiceFacts } from "../../infra/rendering.ts";
import type { Finding } from "./change.ts";

/** What becomes of a service's volumes, and of source that `up --bind-mounts` shows it. */
export function volumeFindings(before: ServiceFacts, after: ServiceFacts): Finding[] {
  return [...dataFindings(before, after), ...sourceFindings(before, after)];
}

/** All data is at risk, but for a volume that is new. */
function dataFindings(before: ServiceFacts, after: ServiceFacts): Finding[] {
  const [old, now] = [mountsOf(before), mountsOf(after)];
  const texts = [...old].flatMap(([volume, path]): string[] => {
    const newPath = now.get(volume);
    if (newPath === undefined) return [left(volume, path, now)];
    if (newPath !== path) return [`volume ${volume} moves from ${path} to ${newPath}`];
    return [];
  });
  const added = [...now.keys()].filter((volume) => !old.has(volume));
  return [
    ...texts.map((text): Finding => ({ text, level: "data" })),
    ...added.map((volume): Finding => ({ text: `volume ${volume} added`, level: "none" })),
  ];
}

function left(volume: string, path: string, now: ReadonlyMap<string, string>): string {
  const [successor] = [...now].find(([, candidate]) => candidate === path) ?? [];
  const start =
    successor === undefined
      ? ""
      : `; ${successor} takes its place, empty unless it was used before`;
  return `volume ${volume} keeps its data, which is not read any more${start}`;
}

/** Paths by the volume that is mounted there. */
function mountsOf({ args }: ServiceFacts): Map<string, string> {
  const pairs = args.volumes.flatMap(({ volumeName, containerPath }): [string, string][] =>
    volumeName === undefined ? [] : [[volumeName as string, containerPath as string]],
  );
  return new Map(pairs);
}

function sourceFindings(before: ServiceFacts, after: ServiceFacts): Finding[] {
  const [old, now] = [sourcesOf(before), sourcesOf(after)];
  const texts = [
    ...old.filter((folder) => !now.includes(folder)).map((each) => `no longer runs from ${each}`),
    ...now.filter((folder) => !old.includes(folder)).map((each) => `runs from ${each}`),
  ];
  return texts.map((text) => ({ text, level: "interruption" }));
}

function sourcesOf({ args }: ServiceFacts): string[] {
  return args.volumes.flatMap(({ hostPath }) => (hostPath as string | undefined) ?? []);
}
