import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { median } from "./load.ts";
import { startScratchAgent } from "./scratch-agent.ts";
import { startScratchPostgres } from "./scratch-postgres.ts";
import { startScratchQdrant } from "./scratch-qdrant.ts";
import { startProcess } from "./started-process.ts";

// Fifty people in Open WebUI for so many minutes: `npm run bench:soak -- 30`. Each has a chat that grows,
// with streams, a tool, recall, files and pictures; a new chat comes after twenty turns, and each is given
// a title. Anything but an answer is an error, and ends the run as one.
const minutes = Number(process.argv[2] ?? 30);
const people = 50;
const turnsOfChat = 20;
const thinkingMs = 1000;
const reportMs = 120_000;
const key = "soak-key";
const file = "A line of a file that somebody uploaded.\n".repeat(2500);
const picture = `data:image/png;base64,${"A".repeat(50_000)}`;

await using started = new AsyncDisposableStack();
const upstream = started.use(await startProcess(join(import.meta.dirname, "upstream.ts"), {}));
const postgres = await startScratchPostgres();
started.defer(postgres.remove);
const qdrant = started.use(await startScratchQdrant());
const agent = await startScratchAgent(
  postgres.url,
  upstream.url,
  { qdrantUrl: qdrant.url, collectorUrl: upstream.url },
  { OPENWEBUI_AGENT_KEY: key },
);
started.defer(agent.remove);

const end = performance.now() + minutes * 60_000;
const errors: string[] = [];
let firstTokens: number[] = [];
let answers = 0;
console.log("| minutes | answers | errors | first token, p50 | p99 | agent's memory | Qdrant's |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
await Promise.all([
  reportUntilTheEnd(),
  ...Array.from({ length: people }, (_, index) => person(index)),
]);
for (const error of errors.slice(0, 10)) console.log(error);
process.exitCode = errors.length === 0 ? 0 : 1;

async function reportUntilTheEnd(): Promise<void> {
  const began = performance.now();
  while (performance.now() < end) {
    await delay(Math.min(reportMs, Math.max(end - performance.now(), 0)));
    const sorted = firstTokens.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
    const passed = ((performance.now() - began) / 60_000).toFixed(1);
    const times = [median(sorted), p99].map((value) => `${value.toFixed(1)} ms`);
    const cells = [passed, answers, errors.length, ...times, agent.memory(), qdrant.memory()];
    console.log(`| ${cells.join(" | ")} |`);
    firstTokens = [];
  }
}

async function person(index: number): Promise<void> {
  // They did not all come at once.
  await delay((thinkingMs * index) / people);
  for (let chat = 0; performance.now() < end; chat += 1) {
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      "x-openwebui-user-id": `person-${index}`,
      "x-openwebui-chat-id": `chat-${index}-${chat}`,
    };
    const messages: object[] = [];
    for (let turn = 0; turn < turnsOfChat && performance.now() < end; turn += 1) {
      messages.push({ role: "user", content: question(turn) });
      const content = await noting(() => stream(headers, messages));
      messages.push({ role: "assistant", content });
      await delay(thinkingMs);
    }
    await noting(() => title(headers));
  }
}

function question(turn: number): string | object[] {
  if (turn % 5 === 4) return `Read this file.\n${file}`;
  if (turn % 7 === 6) {
    return [
      { type: "text", text: "What is in this picture?" },
      { type: "image_url", image_url: { url: picture } },
    ];
  }
  return turn % 3 === 2 ? "What time is it?" : `What did I say ${turn} turns ago?`;
}

async function noting(action: () => Promise<string>): Promise<string> {
  try {
    const content = await action();
    answers += 1;
    return content;
  } catch (error) {
    errors.push(String(error));
    return "";
  }
}

async function stream(headers: Record<string, string>, messages: object[]): Promise<string> {
  const began = performance.now();
  const response = await fetch(`${agent.url}/v1/chat/completions`, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "planner", messages, stream: true }),
  });
  if (response.status !== 200 || !response.body) {
    throw new Error(`${response.status}: ${await response.text()}`);
  }
  let text = "";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    if (!text.includes("word0") && part.includes("word0"))
      firstTokens.push(performance.now() - began);
    text += part;
  }
  if (!text.includes("word19") || !text.endsWith("data: [DONE]\n\n")) {
    throw new Error(`a cut stream: ${text.slice(-200)}`);
  }
  return "word0 to word19";
}

async function title(headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${agent.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...headers, "x-task": "title_generation" },
    body: JSON.stringify({ model: "planner", messages: [{ role: "user", content: "A title?" }] }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`a title: ${response.status} ${text}`);
  return text;
}
