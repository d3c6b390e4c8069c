import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { firstTokenOf, latencyOf, median, postJson, throughputOf } from "./load.ts";
import { startScratchAgent } from "./scratch-agent.ts";
import { configForModelServer, startScratchLitellm } from "./scratch-litellm.ts";
import { startScratchQdrant } from "./scratch-qdrant.ts";
import { startScratchPostgres, type ScratchPostgres } from "./scratch-postgres.ts";
import { startProcess } from "./started-process.ts";

// What the agent adds to a model's answer, beside a bare proxy and LiteLLM alone in the same run:
// `npm run bench:agent`. The model, its embeddings and the collector of traces are scripted, Postgres and
// Qdrant are the stack's own.
const body = { model: "planner", messages: [{ role: "user", content: "Say twenty words." }] };
const calls = 400;

await using started = new AsyncDisposableStack();
const upstream = await startProcess(local("upstream.ts"), {});
started.defer(upstream.stop);
const rows: Row[] = [await measured("upstream", upstream.url)];
{
  await using proxy = await startProcess(local("bare-proxy.ts"), {
    UPSTREAM_URL: `${upstream.url}/v1`,
  });
  rows.push(await measured("bare proxy", proxy.url));
}
const litellm = await startScratchLitellm({
  files: { "config.yaml": configForModelServer(`${upstream.url}/v1`) },
});
rows.push(await measured("LiteLLM", litellm.url));
litellm.remove();
{
  const postgres = await startScratchPostgres();
  const alone = await startScratchAgent(postgres.url, upstream.url);
  rows.push(await measured("agent without memory and traces", alone.url));
  alone.remove();
  postgres.remove();
}
const postgres = await startScratchPostgres();
started.defer(postgres.remove);
const qdrant = started.use(await startScratchQdrant());
const agent = await startScratchAgent(postgres.url, upstream.url, {
  qdrantUrl: qdrant.url,
  collectorUrl: upstream.url,
});
started.defer(agent.remove);
rows.push(await measured("agent as the stack ships it", agent.url));
compare();
await streams();
await history(postgres);

/** One request at a time, then 32 at once, then the time to the first token. */
async function measured(name: string, url: string): Promise<Row> {
  const address = `${url}/v1/chat/completions`;
  const call = postJson(address, body);
  await latencyOf(call, 100);
  const { p50, p99 } = await latencyOf(call, calls);
  const perSecond = await throughputOf(call, { atOnce: 32, calls: calls * 5 });
  const firstToken = firstTokenOf(address, body);
  const tokens: number[] = [];
  for (let count = 0; count < calls; count += 1) tokens.push(await firstToken());
  return { name, p50, p99, perSecond, firstToken: median(tokens) };
}

function compare(): void {
  print("what is between", rows);
  const [direct, proxy, ...others] = rows as [Row, Row, ...Row[]];
  const added = (row: Row) => row.p50 - direct.p50;
  console.log(
    `\nadded at p50: ${[proxy, ...others].map((row) => `${row.name} ${ms(added(row))}`).join(", ")}`,
  );
  for (const other of others) {
    const latency = (added(other) / added(proxy)).toFixed(2);
    const throughput = (other.perSecond / proxy.perSecond).toFixed(2);
    console.log(
      `${other.name} to the bare proxy: ${latency} of its added p50, ${throughput} of its requests/s`,
    );
  }
}

/** Two hundred streams at once: none may fail, and memory must come to rest. */
async function streams(): Promise<void> {
  const stream = firstTokenOf(`${agent.url}/v1/chat/completions`, body);
  console.log("\n| streams, 200 at once, none failed | memory of its container |\n| --- | --- |");
  for (let count = 1; count <= 40; count += 1) {
    await Promise.all(Array.from({ length: 200 }, stream));
    if (![5, 10, 20, 30, 40].includes(count)) continue;
    console.log(`| ${200 * count} | ${agent.memory()} |`);
  }
}

/** One turn in conversations of other lengths: its cost is that of the window. */
async function history(database: ScratchPostgres): Promise<void> {
  console.log("\n| messages before | p50 of a turn | p99 |\n| --- | --- | --- |");
  for (const length of [10, 10_000, 1_000_000]) {
    const id = `00000000-0000-4000-8000-${String(length).padStart(12, "0")}`;
    database.sql(seed(id, length));
    // What Postgres would otherwise do by itself while we measure; its checkpoint takes longest.
    database.sql("VACUUM ANALYZE messages");
    await delay(15_000);
    const call = postJson(`${agent.url}/v1/agent`, { prompt: "And now?", conversation_id: id });
    await latencyOf(call, 20);
    const { p50, p99 } = await latencyOf(call, 200);
    console.log(`| ${length} | ${ms(p50)} | ${ms(p99)} |`);
  }
}

function seed(id: string, length: number): string {
  return `INSERT INTO conversations (id, user_id) VALUES ('${id}', 'anonymous');
    INSERT INTO messages (id, conversation_id, role, content)
    SELECT gen_random_uuid(), '${id}', CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END,
           to_jsonb('message ' || n)
      FROM generate_series(1, ${length}) AS n`;
}

interface Row {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly firstToken: number;
}

function print(title: string, rows: readonly Row[]): void {
  console.log(`| ${title} | p50 | p99 | requests/s at 32 | first token |`);
  console.log("| --- | --- | --- | --- | --- |");
  for (const { name, p50, p99, perSecond, firstToken } of rows) {
    const cells = [ms(p50), ms(p99), perSecond.toFixed(0), ms(firstToken)];
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function local(file: string): string {
  return join(import.meta.dirname, file);
}
