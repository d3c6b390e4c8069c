import { z } from "zod";
import { StackError } from "../../infra/stack-error.ts";

/** Names the shape of a manifest. It changes only with a new number. */
export const manifestFormat = "agent-stack-backup/1";

export const manifestFile = "manifest.json";

const count = z.number().int().nonnegative();

/** Where a set keeps its files; no such path can lead out of the set. */
export const storedPath = /^(postgres|qdrant|files)\/[^./\\][^/\\]*$/;

/** A file of the set, by its path in it. */
const storedFile = z.strictObject({
  path: z.string().regex(storedPath),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const database = z.strictObject({
  name: z.string().min(1),
  /** The last migration of the database's owner; null where it keeps no record of them. */
  schemaVersion: z.string().nullable(),
  /** Rows by "schema.table", in the very snapshot that was dumped. */
  rows: z.record(z.string(), count),
  file: storedFile,
});

const collection = z.strictObject({
  name: z.string().min(1),
  /** Counted before and after the snapshot: the two differ where somebody was writing. */
  points: z.strictObject({ least: count, most: count }),
  /** Qdrant's own words: size and distance by vector name. */
  vectors: z.json(),
  file: storedFile,
});

const filesPart = z.strictObject({
  service: z.string().min(1),
  /** The volume's name without the stack's: images of another source mount it elsewhere. */
  volume: z.string().min(1),
  /** Files, not counting folders, and their bytes before compression. */
  files: count,
  contentBytes: count,
  file: storedFile,
});

const postgresPart = z.strictObject({
  /** The server's own version, "18.6". */
  version: z.string(),
  databases: z.array(database),
});

const qdrantPart = z.strictObject({
  /** Which server wrote the snapshots; none reads the other's. */
  family: z.string(),
  version: z.string(),
  collections: z.array(collection),
  aliases: z.array(z.strictObject({ alias: z.string(), collection: z.string() })),
});

const manifest = z.strictObject({
  format: z.literal(manifestFormat),
  name: z.string(),
  createdAt: z.iso.datetime(),
  stack: z.string(),
  /** Image tags by service, as they ran. */
  images: z.record(z.string(), z.string()),
  /** How the parts fit together, in words. */
  consistency: z.string(),
  postgres: postgresPart.optional(),
  qdrant: qdrantPart.optional(),
  files: z.array(filesPart),
});

export type Manifest = z.output<typeof manifest>;
export type PostgresPart = z.output<typeof postgresPart>;
export type DatabaseDump = z.output<typeof database>;
export type QdrantPart = z.output<typeof qdrantPart>;
export type CollectionSnapshot = z.output<typeof collection>;
export type FilesPart = z.output<typeof filesPart>;
export type StoredFile = z.output<typeof storedFile>;

/** @throws StackError where it is not a manifest, or one of a newer version. */
export function parseManifest(text: string, set: string): Manifest {
  const parsed = manifest.safeParse(parseJson(text, set));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new StackError(`The manifest of ${set} can't be used: ${where}: ${issue?.message ?? ""}.`, {
    remedy:
      "If a newer version of this repository made it, restore with that version; else take another " +
      "set: ./stack backup list",
  });
}

function parseJson(text: string, set: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StackError(`The manifest of ${set} is damaged: it is not JSON.`, {
      remedy: "Take another set: ./stack backup list",
      cause: error,
    });
  }
}

/** Every file that the set must hold beside its manifest. */
export function storedFiles(set: Manifest): StoredFile[] {
  return [...(set.postgres?.databases ?? []), ...(set.qdrant?.collections ?? []), ...set.files].map(
    ({ file }) => file,
  );
}

export const partNames = ["postgres", "qdrant", "files"] as const;
export type PartName = (typeof partNames)[number];

/** The set with only some of its parts. */
export function withParts(set: Manifest, parts: readonly PartName[]): Manifest {
  const { postgres, qdrant, files, ...rest } = set;
  return {
    ...rest,
    ...(postgres && parts.includes("postgres") && { postgres }),
    ...(qdrant && parts.includes("qdrant") && { qdrant }),
    files: parts.includes("files") ? files : [],
  };
}
