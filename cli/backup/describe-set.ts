import type { Manifest } from "./manifest.ts";

/** What a set contains, in a few words: "agent 120 rows; 1 collection, 48 points; open-webui 3 files". */
export function describeSet({ postgres, qdrant, files }: Manifest): string {
  const databases = (postgres?.databases ?? []).map(({ name, rows }) => {
    return `${name} ${Object.values(rows).reduce((sum, count) => sum + count, 0)} rows`;
  });
  const points = qdrant?.collections.reduce((sum, collection) => sum + collection.points.most, 0);
  const collections = qdrant?.collections.length ?? 0;
  return [
    databases.join(", "),
    qdrant ? `${collections} collection${collections === 1 ? "" : "s"}, ${points ?? 0} points` : "",
    files.map((part) => `${part.service} ${part.files} files`).join(", "),
  ]
    .filter((text) => text !== "")
    .join("; ");
}
