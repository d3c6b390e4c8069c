import { QdrantClient } from "@qdrant/js-client-rest";
import {
  type ActualSchema,
  type MemorySchema,
  type PayloadIndex,
  type SchemaDifference,
  schemaDifferences,
} from "../contract/memory-schema.ts";

export type SchemaResult =
  | { readonly status: "created" | "unchanged" | "indexed"; readonly collection: string }
  | {
      readonly status: "different";
      readonly collection: string;
      readonly differences: readonly SchemaDifference[];
    };

export function qdrantClient(url: string, apiKey: string | undefined): QdrantClient {
  return new QdrantClient({ url, ...(apiKey && { apiKey }), checkCompatibility: false });
}

/**
 * Creates what is missing, removes indexes of earlier versions and changes nothing else; says what differs
 * where something does.
 */
export async function ensureSchema(
  client: QdrantClient,
  wanted: MemorySchema,
  { dryRun = false } = {},
): Promise<SchemaResult> {
  const target = await aliasTarget(client, wanted.alias);
  if (target !== undefined) {
    const actual = await readSchema(client, target);
    const differences = schemaDifferences(wanted, actual);
    if (differences.length > 0) return { status: "different", collection: target, differences };
    const missing = missingIndexes(wanted, actual);
    const former = wanted.formerIndexes.filter((field) => actual.indexes[field] !== undefined);
    if (!dryRun) {
      await addIndexes(client, target, missing);
      for (const field of former) await client.deletePayloadIndex(target, field, { wait: true });
    }
    const isChanged = missing.length > 0 || former.length > 0;
    return { status: isChanged ? "indexed" : "unchanged", collection: target };
  }
  if (!dryRun) {
    await createCollection(client, wanted, wanted.collection);
    await pointAlias(client, wanted.alias, wanted.collection);
  }
  return { status: "created", collection: wanted.collection };
}

export async function aliasTarget(
  client: QdrantClient,
  alias: string,
): Promise<string | undefined> {
  const { aliases } = await client.getAliases();
  return aliases.find(({ alias_name: name }) => name === alias)?.collection_name;
}

/**
 * A run that was stopped half-way left a part of it, and another one may be making the same: what is
 * missing is added.
 */
export async function createCollection(
  client: QdrantClient,
  wanted: MemorySchema,
  name: string,
): Promise<void> {
  const isThere = async () => (await client.collectionExists(name)).exists;
  if (!(await isThere())) {
    try {
      await client.createCollection(name, {
        vectors: wanted.vectors,
        hnsw_config: wanted.hnsw,
        quantization_config: wanted.quantization,
      });
    } catch (error) {
      // The agent at its start and `up` both make it: whoever comes second finds it there.
      if (!(await isThere())) throw error;
    }
  }
  await addIndexes(client, name, missingIndexes(wanted, await readSchema(client, name)));
}

/**
 * In one step: nobody ever finds the alias leading nowhere.
 *
 * @param options `instead` is an alias that goes in the same step.
 */
export async function pointAlias(
  client: QdrantClient,
  alias: string,
  collection: string,
  { instead }: { readonly instead?: string } = {},
): Promise<void> {
  const isTaken = (await aliasTarget(client, alias)) !== undefined;
  const gone = [...(isTaken ? [alias] : []), ...(instead === undefined ? [] : [instead])];
  await client.updateCollectionAliases({
    actions: [
      ...gone.map((name) => ({ delete_alias: { alias_name: name } })),
      { create_alias: { collection_name: collection, alias_name: alias } },
    ],
  });
}

function missingIndexes({ indexes }: MemorySchema, actual: ActualSchema): readonly PayloadIndex[] {
  return indexes.filter(({ field }) => actual.indexes[field] === undefined);
}

async function addIndexes(
  client: QdrantClient,
  collection: string,
  indexes: readonly PayloadIndex[],
): Promise<void> {
  for (const { field, schema } of indexes) {
    await client.createPayloadIndex(collection, {
      field_name: field,
      field_schema: schema,
      wait: true,
    });
  }
}

export async function readSchema(client: QdrantClient, collection: string): Promise<ActualSchema> {
  const { config, payload_schema: indexes } = await client.getCollection(collection);
  const vectors = config.params.vectors as
    Readonly<Record<string, { size?: number; distance?: string } | undefined>> | undefined;
  const { hnsw_config: hnsw, quantization_config: quantization } = config;
  return {
    collection,
    size: vectors?.["dense"]?.size,
    distance: vectors?.["dense"]?.distance,
    hnsw: { m: hnsw.m, payload_m: hnsw.payload_m ?? undefined },
    quantization: (quantization as { scalar?: ActualSchema["quantization"] } | null | undefined)
      ?.scalar,
    indexes: Object.fromEntries(
      Object.entries(indexes).map(([field, index]) => {
        const isTenant = (index?.params as { is_tenant?: boolean } | null | undefined)?.is_tenant;
        return [field, { type: index?.data_type ?? "", is_tenant: isTenant }];
      }),
    ),
  };
}
