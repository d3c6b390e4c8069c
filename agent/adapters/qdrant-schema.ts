import { QdrantClient } from "@qdrant/js-client-rest";
import {
  type ActualSchema,
  type MemorySchema,
  type SchemaDifference,
  schemaDifferences,
} from "../contract/memory-schema.ts";

export type SchemaResult =
  | { readonly status: "created" | "unchanged" | "indexed"; readonly collection: string }
  | { readonly status: "different"; readonly differences: readonly SchemaDifference[] };

export function qdrantClient(url: string, apiKey: string | undefined): QdrantClient {
  return new QdrantClient({ url, ...(apiKey && { apiKey }), checkCompatibility: false });
}

/** Creates what is missing and changes nothing else; says what differs where something does. */
export async function ensureSchema(
  client: QdrantClient,
  wanted: MemorySchema,
): Promise<SchemaResult> {
  const { alias, collection } = wanted;
  const { aliases } = await client.getAliases();
  const target = aliases.find(({ alias_name: name }) => name === alias)?.collection_name;
  if (target !== undefined) {
    const actual = await readSchema(client, target);
    const differences = schemaDifferences(wanted, actual);
    if (differences.length > 0) return { status: "different", differences };
    const added = await addIndexes(client, wanted, actual);
    return { status: added ? "indexed" : "unchanged", collection };
  }
  // A run that was stopped between the two left the collection without its alias.
  if (!(await client.collectionExists(collection)).exists) {
    await client.createCollection(collection, {
      vectors: wanted.vectors,
      hnsw_config: wanted.hnsw,
      quantization_config: wanted.quantization,
    });
  }
  await addIndexes(client, wanted, await readSchema(client, collection));
  await client.updateCollectionAliases({
    actions: [{ create_alias: { collection_name: collection, alias_name: alias } }],
  });
  return { status: "created", collection };
}

async function addIndexes(
  client: QdrantClient,
  { collection, indexes }: MemorySchema,
  actual: ActualSchema,
): Promise<boolean> {
  const missing = indexes.filter(({ field }) => actual.indexes[field] === undefined);
  for (const { field, schema } of missing) {
    await client.createPayloadIndex(collection, {
      field_name: field,
      field_schema: schema,
      wait: true,
    });
  }
  return missing.length > 0;
}

async function readSchema(client: QdrantClient, collection: string): Promise<ActualSchema> {
  const { config, payload_schema: indexes } = await client.getCollection(collection);
  const vectors = config.params.vectors as
    Readonly<Record<string, { size?: number; distance?: string } | undefined>> | undefined;
  return {
    collection,
    size: vectors?.["dense"]?.size,
    distance: vectors?.["dense"]?.distance,
    indexes: Object.fromEntries(
      Object.entries(indexes).map(([field, index]) => [field, index?.data_type ?? ""]),
    ),
  };
}
