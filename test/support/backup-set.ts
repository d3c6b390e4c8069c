import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, manifestFormat } from "../../cli/backup/manifest.ts";

/** A small manifest: two parts with a file each, whose contents are `contents`. */
export function manifestOf(
  contents: { readonly dump: string; readonly snapshot: string },
  differences: Partial<Manifest> = {},
): Manifest {
  return {
    format: manifestFormat,
    name: "backup-20260131-120000",
    createdAt: "2026-01-31T12:00:00.000Z",
    stack: "test",
    images: { postgres: "agent-stack/postgres:1" },
    consistency: "in words",
    postgres: {
      version: "18.6",
      databases: [
        {
          name: "agent",
          schemaVersion: "0002_memory",
          rows: { "public.messages": 3 },
          file: stored("postgres/agent.dump", contents.dump),
        },
      ],
    },
    qdrant: {
      family: "qdrant-edge",
      version: "0.9.1",
      collections: [
        {
          name: "memory",
          points: { least: 2, most: 2 },
          vectors: { dense: { size: 4, distance: "Cosine" } },
          file: stored("qdrant/memory.snapshot", contents.snapshot),
        },
      ],
      aliases: [{ alias: "agent_memory", collection: "memory" }],
    },
    files: [],
    ...differences,
  };
}

/** Writes the files of such a manifest, and gives it. */
export function fillSet(folder: string): Manifest {
  const contents = { dump: "d".repeat(5000), snapshot: "s".repeat(7000) };
  writeFileSync(join(folder, "postgres/agent.dump"), contents.dump);
  writeFileSync(join(folder, "qdrant/memory.snapshot"), contents.snapshot);
  return manifestOf(contents);
}

function stored(path: string, content: string) {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { path, bytes: content.length, sha256 };
}
