import type { QdrantClient } from "@qdrant/js-client-rest";
import { aliasTarget, createCollection, pointAlias } from "../adapters/qdrant-schema.ts";
import { isBehindAlias, type MemorySchema, nextRevision } from "../contract/memory-schema.ts";
import { piecesOf } from "../memory/pieces.ts";
import type { RememberedMessages } from "./remembered-messages.ts";

export interface Recreated {
  readonly status: "recreated";
  readonly collection: string;
  /** Kept until `--prune`. */
  readonly previous: string | null;
  readonly messages: number;
  readonly points: number;
}

export interface RecreateParts {
  readonly client: QdrantClient;
  readonly messages: RememberedMessages;
  readonly embeddingModel: string;
  readonly embed: (texts: readonly string[]) => Promise<readonly (readonly number[] | undefined)[]>;
  /** Heeded until the new collection takes the old one's place; what comes then is done to its end. */
  readonly signal?: AbortSignal | undefined;
}

const batch = 64;

/**
 * A new collection beside the old one, filled from Postgres, then one swap of the alias.
 *
 * While it is filled, a second alias leads to the new collection: one that a killed run has left is known
 * by it, and the next run removes it.
 *
 * The agent goes on meanwhile. What it remembers during the filling is in Postgres too, so a second
 * pass after the swap brings it over; what was deleted meanwhile is taken out again.
 *
 * @throws Error before the swap when the counts do not agree; the alias stays where it was, and the new
 *   collection is removed.
 */
export async function recreateCollection(
  parts: RecreateParts,
  schema: MemorySchema,
): Promise<Recreated> {
  const { client } = parts;
  const filling = fillingAlias(schema.alias);
  await removeHalfFilled(client, filling);
  const { collections } = await client.getCollections();
  const previous = (await aliasTarget(client, schema.alias)) ?? null;
  const name = nextRevision(
    schema.collection,
    collections.map((each) => each.name),
  );
  let first: Filled;
  try {
    await createCollection(client, schema, name);
    await pointAlias(client, filling, name);
    first = await filledAndCounted(parts, name);
    await pointAlias(client, schema.alias, name, { instead: filling });
  } catch (error) {
    await removeHalfFilled(client, filling).catch(() => undefined);
    throw error;
  }
  const late = await fill({ ...parts, signal: undefined }, name, first.lastSeq);
  await removeOrphans(parts, name);
  return {
    status: "recreated",
    collection: name,
    previous,
    messages: first.messages + late.messages,
    points: (await client.count(name, { exact: true })).count,
  };
}

/** Leads to a collection while it is filled. */
function fillingAlias(alias: string): string {
  return `${alias}__filling`;
}

async function removeHalfFilled(client: QdrantClient, filling: string): Promise<void> {
  const left = await aliasTarget(client, filling);
  if (left === undefined) return;
  await client.deleteCollection(left);
  // Qdrant does so by itself.
  if ((await aliasTarget(client, filling)) === undefined) return;
  await client.updateCollectionAliases({ actions: [{ delete_alias: { alias_name: filling } }] });
}

async function filledAndCounted(parts: RecreateParts, name: string): Promise<Filled> {
  const filled = await fill(parts, name, "0");
  const { count } = await parts.client.count(name, { exact: true });
  if (count === filled.points) return filled;
  throw new Error(`${name} has ${count} points and should have ${filled.points}; nothing changed.`);
}

/** Removes what earlier recreations left behind the alias, and never what it leads to. */
export async function pruneCollections(
  client: QdrantClient,
  alias: string,
): Promise<readonly string[]> {
  const current = await aliasTarget(client, alias);
  // Without an alias nobody knows which of them is the memory.
  if (current === undefined) return [];
  const { collections } = await client.getCollections();
  const old = collections
    .map(({ name }) => name)
    .filter((name) => name !== current && isBehindAlias(name, alias));
  for (const name of old) await client.deleteCollection(name);
  return old;
}

interface Filled {
  /** The cursor behind the last message. */
  readonly lastSeq: string;
  readonly messages: number;
  readonly points: number;
}

async function fill(
  { client, messages, embed, embeddingModel, signal }: RecreateParts,
  name: string,
  from: string,
): Promise<Filled> {
  let lastSeq = from;
  let count = 0;
  let points = 0;
  for (;;) {
    signal?.throwIfAborted();
    const page = await messages.after(lastSeq, batch);
    const last = page.at(-1);
    if (last === undefined) return { lastSeq, messages: count, points };
    const pieces = page.flatMap((message) => piecesOf(message, embeddingModel));
    if (pieces.length === 0) {
      lastSeq = last.seq;
      continue;
    }
    const vectors = await embed(pieces.map(({ payload }) => payload.text));
    // A text that the model refuses is not remembered, and keeps no other.
    const taken = pieces.flatMap(({ id, payload }, index) => {
      const vector = vectors[index];
      return vector === undefined
        ? []
        : [{ id, payload: { ...payload }, vector: { dense: [...vector] } }];
    });
    if (taken.length > 0) await client.upsert(name, { wait: true, points: taken });
    lastSeq = last.seq;
    count += page.length;
    points += taken.length;
  }
}

async function removeOrphans({ client, messages }: RecreateParts, name: string): Promise<void> {
  let offset: string | number | undefined;
  do {
    const page = await client.scroll(name, {
      limit: 256,
      with_payload: ["message_id"],
      ...(offset !== undefined && { offset }),
    });
    const ids = page.points.map(({ payload }) => String(payload?.["message_id"]));
    const gone = ids.length > 0 ? await messages.missing([...new Set(ids)]) : [];
    if (gone.length > 0) {
      const filter = { must: [{ key: "message_id", match: { any: [...gone] } }] };
      await client.delete(name, { wait: true, filter });
    }
    offset = (page.next_page_offset ?? undefined) as string | number | undefined;
  } while (offset !== undefined);
}
