import { createHash } from "node:crypto";

/** What the agent's memory looks like in Qdrant, as data. The agent and the CLI share it. */
export interface MemorySchema {
  /** What everybody asks by; it leads to one collection at a time. */
  readonly alias: string;
  /** Carries the dimension and the model, so that another model gets its own collection. */
  readonly collection: string;
  readonly vectors: { readonly dense: { readonly size: number; readonly distance: "Cosine" } };
  /** No graph over all points: searches are always within one user. */
  readonly hnsw: { readonly m: number; readonly payload_m: number };
  readonly quantization: {
    readonly scalar: { readonly type: "int8"; readonly always_ram: boolean };
  };
  /** No more than is searched by: Qdrant builds a graph within each large group of an indexed field. */
  readonly indexes: readonly PayloadIndex[];
  /** Fields that earlier versions indexed, and nothing searches by: their graphs took most of the work. */
  readonly formerIndexes: readonly string[];
}

export interface PayloadIndex {
  readonly field: string;
  readonly schema: { readonly type: "keyword" | "uuid"; readonly is_tenant?: true };
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
      { field: "message_id", schema: { type: "uuid" } },
    ],
    formerIndexes: ["role", "created_at"],
  };
}

/** What a collection is, in the schema's own terms, to be compared with it. */
export interface ActualSchema {
  readonly collection: string;
  readonly size: number | undefined;
  readonly distance: string | undefined;
  readonly hnsw: { readonly m: number | undefined; readonly payload_m: number | undefined };
  /** As in the schema, or undefined where vectors are kept as they are. */
  readonly quantization: { readonly type?: string; readonly always_ram?: boolean } | undefined;
  /** Field names with their index. */
  readonly indexes: Readonly<
    Record<string, { readonly type: string; readonly is_tenant?: boolean | undefined }>
  >;
}

export interface SchemaDifference {
  readonly what: string;
  readonly wanted: string;
  readonly actual: string;
}

/** What differs in a way that only a new collection can fix; missing indexes are not among it. */
export function schemaDifferences(wanted: MemorySchema, actual: ActualSchema): SchemaDifference[] {
  const { size, distance } = wanted.vectors.dense;
  const { type, always_ram: inMemory } = wanted.quantization.scalar;
  const rows: SchemaDifference[] = [
    { what: "collection", wanted: wanted.collection, actual: withoutRevision(actual.collection) },
    { what: "vector size", wanted: String(size), actual: shown(actual.size) },
    { what: "distance", wanted: distance, actual: shown(actual.distance) },
    { what: "hnsw m", wanted: String(wanted.hnsw.m), actual: shown(actual.hnsw.m) },
    {
      what: "hnsw payload_m",
      wanted: String(wanted.hnsw.payload_m),
      actual: shown(actual.hnsw.payload_m),
    },
    { what: "quantization", wanted: type, actual: shown(actual.quantization?.type) },
    {
      what: "quantization in memory",
      wanted: String(inMemory),
      actual: shown(actual.quantization?.always_ram),
    },
    ...wanted.indexes.flatMap(({ field, schema }) => {
      const index = actual.indexes[field];
      if (index === undefined) return [];
      const describe = (kind: string, isTenant: boolean | undefined) =>
        isTenant === true ? `${kind}, tenant` : kind;
      return [
        {
          what: `index ${field}`,
          wanted: describe(schema.type, schema.is_tenant),
          actual: describe(index.type, index.is_tenant),
        },
      ];
    }),
  ];
  return rows.filter((row) => row.wanted !== row.actual);
}

/** A collection that is made again beside one of the same name. */
export function nextRevision(collection: string, taken: readonly string[]): string {
  if (!taken.includes(collection)) return collection;
  for (let revision = 2; ; revision++) {
    const name = `${collection}_r${revision}`;
    if (!taken.includes(name)) return name;
  }
}

/** Whether a collection is one of those behind this alias, now or before. */
export function isBehindAlias(collection: string, alias: string): boolean {
  const rest = collection.startsWith(alias) ? collection.slice(alias.length) : "";
  return /^_v\d+_\d+_[0-9a-f]{8}(_r\d+)?$/.test(rest);
}

function withoutRevision(collection: string): string {
  return collection.replace(/_r\d+$/, "");
}

function shown(value: string | number | boolean | undefined): string {
  return value === undefined ? "none" : String(value);
}
