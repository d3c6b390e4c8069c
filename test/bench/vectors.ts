import { randomUUID } from "node:crypto";
import { qdrantMemory } from "../../agent/adapters/qdrant-memory.ts";
import { ensureSchema, qdrantClient } from "../../agent/adapters/qdrant-schema.ts";
import { memorySchema } from "../../agent/contract/memory-schema.ts";
import type { MemoryPoint } from "../../agent/ports/memory.ts";
import { latencyOf } from "./load.ts";
import { startScratchQdrant } from "./scratch-qdrant.ts";

// What a recall takes of one user among a thousand, before and after so many vectors, by the agent's own
// adapter and the stack's own Qdrant within its memory: `npm run bench:vectors -- 100000 1000000`.
const counts = process.argv.slice(2).map(Number);
const dimension = 384;
const users = 1000;
const atOnce = 500;
const never = new AbortController().signal;

await using qdrant = await startScratchQdrant();
const schema = memorySchema({ alias: "agent_memory", embeddingModel: "bench", dimension });
await ensureSchema(qdrantClient(qdrant.url, undefined), schema);
const memory = qdrantMemory({ url: qdrant.url, apiKey: undefined, alias: schema.alias });

console.log("| vectors | recall in all of a user's, p50 | p99 | in one conversation, p50 | p99 |");
console.log("| --- | --- | --- | --- | --- |");
let written = 0;
await report();
for (const count of counts.length === 0 ? [100_000, 1_000_000] : counts) {
  const began = performance.now();
  const before = written;
  while (written < count) await writeSome();
  const perSecond = ((written - before) / (performance.now() - began)) * 1000;
  await report();
  console.log(`\n${perSecond.toFixed(0)} vectors/s written; memory ${qdrant.memory()}\n`);
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
