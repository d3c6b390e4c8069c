import { randomUUID } from "node:crypto";
import { qdrantMemory } from "../../agent/adapters/qdrant-memory.ts";
import { ensureSchema, qdrantClient } from "../../agent/adapters/qdrant-schema.ts";
import { memorySchema } from "../../agent/contract/memory-schema.ts";
import type { MemoryPoint } from "../../agent/ports/memory.ts";
import { eventually } from "../support/eventually.ts";
import { latencyOf } from "./load.ts";
import { startScratchQdrant } from "./scratch-qdrant.ts";

// What a recall takes of one user among a thousand, before and after so many vectors, by the agent's own
// adapter and the stack's own Qdrant within its memory: `npm run bench:vectors -- 100000 1000000`.
//
// Qdrant builds its indexes in moments without writes, as a stack has them: the writer waits for that after each
// hundred thousand, and the searches come after it.
const counts = process.argv.slice(2).map(Number);
const dimension = 384;
const users = 1000;
const atOnce = 500;
const betweenIndexings = 100_000;
const indexingPatienceMs = 3_600_000;
const never = new AbortController().signal;

await using qdrant = await startScratchQdrant();
const schema = memorySchema({ alias: "agent_memory", embeddingModel: "bench", dimension });
const client = qdrantClient(qdrant.url, undefined);
await ensureSchema(client, schema);
const memory = qdrantMemory({ url: qdrant.url, apiKey: undefined, alias: schema.alias });

console.log("| vectors | recall in all of a user's, p50 | p99 | in one conversation, p50 | p99 |");
console.log("| --- | --- | --- | --- | --- |");
let written = 0;
await report();
for (const count of counts.length === 0 ? [100_000, 1_000_000] : counts) {
  const before = written;
  let writingMs = 0;
  let indexingMs = 0;
  while (written < count) {
    const portion = Math.min(count, written + betweenIndexings);
    const began = performance.now();
    while (written < portion) await writeSome();
    const ended = performance.now();
    await eventually(isIndexed, "Qdrant has built its indexes", indexingPatienceMs);
    writingMs += ended - began;
    indexingMs += performance.now() - ended;
  }
  const perSecond = ((written - before) / writingMs) * 1000;
  await report();
  const indexing = `indexes built in ${(indexingMs / 1000).toFixed(0)} s`;
  console.log(
    `\n${perSecond.toFixed(0)} vectors/s written, ${indexing}; memory ${qdrant.memory()}\n`,
  );
}

/** All but what Qdrant leaves for later, 10,000 KB of vectors. */
async function isIndexed(): Promise<boolean> {
  const { points_count: points, indexed_vectors_count: indexed } = await client.getCollection(
    schema.collection,
  );
  return ((points ?? 0) - (indexed ?? 0)) * dimension * 4 <= 10_000 * 1024;
}

async function report(): Promise<void> {
  const anywhere = () =>
    search({ userId: `user-${Math.floor(Math.random() * users)}`, everywhere: true });
  const inOne = () => search({ userId: "user-1", conversationId: conversationOf(1) });
  await latencyOf(anywhere, 50);
  const all = await latencyOf(anywhere, 300);
  const one = await latencyOf(inOne, 300);
  const cells = [all.p50, all.p99, one.p50, one.p99].map((value) => `${value.toFixed(2)} ms`);
  console.log(`| ${written} | ${cells.join(" | ")} |`);
}

async function search(scope: Parameters<typeof memory.search>[1]): Promise<void> {
  await memory.search(someVector(), scope, 10, never);
}

async function writeSome(): Promise<void> {
  const points = Array.from({ length: atOnce }, () => pointOf(written++));
  await memory.upsert(points, never);
}

/** A message of one of the users, whose conversations have two hundred each. */
function pointOf(index: number): MemoryPoint {
  const user = index % users;
  const id = randomUUID();
  return {
    id,
    vector: someVector(),
    payload: {
      user_id: `user-${user}`,
      conversation_id: conversationOf(user, Math.floor(index / users / 200)),
      message_id: id,
      role: index % 2 === 0 ? "user" : "assistant",
      text: `What was said as message ${index}, in some more words than these.`,
      created_at: new Date().toISOString(),
      embedding_model: "bench",
    },
  };
}

function conversationOf(user: number, number = 0): string {
  return `conversation-${user}-${number}`;
}

function someVector(): readonly number[] {
  return Array.from({ length: dimension }, () => Math.fround(Math.random() - 0.5));
}
