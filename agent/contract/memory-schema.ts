import { createHash } from "node:crypto";

/** What the agent's memory looks like in Qdrant, as data. The agent and the CLI share it. */
export interface MemorySchema {
  /** What everybody asks by; it leads to one collection at a time. */
  readonly alias: string;
  /** Carries the dimension and the model, so that another model gets a collection of its own. */
  readonly collection: string;
  readonly vectors: { readonly dense: { readonly size: number; readonly distance: "Cosine" } };
  /** No graph over all points: searches are always within one user. */
  readonly hnsw: { readonly m: number; readonly payload_m: number };
  readonly quantization: {
    readonly scalar: { readonly type: "int8"; readonly always_ram: boolean };
  };
  readonly indexes: readonly PayloadIndex[];
}

export interface PayloadIndex {
  readonly field: string;
  readonly schema: { readonly type: "keyword" | "datetime"; readonly is_tenant?: true };
}

export function memorySchema(options: {
  readonly alias: string;
  readonly embeddingModel: string;
  readonly dimension: number;
}): MemorySchema {
  const { alias, embeddingModel, dimension } = options;
  const model = createHash("sha256").update(embeddingModel).digest("hex").slice(0, 8);
  return {
    alias,
    collection: `${alias}_v1_${dimension}_${model}`,
    vectors: { dense: { size: dimension, distance: "Cosine" } },
    hnsw: { m: 0, payload_m: 16 },
    quantization: { scalar: { type: "int8", always_ram: true } },
    indexes: [
      { field: "user_id", schema: { type: "keyword", is_tenant: true } },
      { field: "conversation_id", schema: { type: "keyword" } },
      { field: "role", schema: { type: "keyword" } },
      { field: "created_at", schema: { type: "datetime" } },
    ],
  };
}

/** What a collection is, in the schema's own terms, to be compared with it. */
export interface ActualSchema {
  readonly collection: string;
  readonly size: number | undefined;
  readonly distance: string | undefined;
  /** Field names with their index type. */
  readonly indexes: Readonly<Record<string, string>>;
}

export interface SchemaDifference {
  readonly what: string;
  readonly wanted: string;
  readonly actual: string;
}

/** What differs in a way that only a new collection can mend; missing indexes are not among it. */
export function schemaDifferences(wanted: MemorySchema, actual: ActualSchema): SchemaDifference[] {
  const { size, distance } = wanted.vectors.dense;
  const rows: SchemaDifference[] = [
    { what: "collection", wanted: wanted.collection, actual: actual.collection },
    { what: "vector size", wanted: String(size), actual: String(actual.size ?? "none") },
    { what: "distance", wanted: distance, actual: actual.distance ?? "none" },
    ...wanted.indexes
      .filter(({ field }) => actual.indexes[field] !== undefined)
      .map(({ field, schema }) => ({
        what: `index ${field}`,
        wanted: schema.type,
        actual: actual.indexes[field] ?? "none",
      })),
  ];
  return rows.filter((row) => row.wanted !== row.actual);
}
