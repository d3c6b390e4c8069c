import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { AgentEnvironment } from "../../agent/contract/environment.ts";
import { type ScratchPostgres, startScratchPostgres } from "../bench/scratch-postgres.ts";
import { type EndlessModel, endlessModel } from "../support/endless-model.ts";
import { eventually } from "../support/eventually.ts";
import { freePorts } from "../support/free-ports.ts";
import { docker, systemStack } from "../support/system-stack.ts";
import { silentClient, type SilentClient } from "../support/silent-client.ts";

const program = path.join(import.meta.dirname, "../../agent/main.ts");
const soakMs = 25_000;
const heapMegabytes = 256;
const honestWord = "honestly";

const huge = { model: "planner", messages: [{ role: "user", content: "Talk." }] };
/** What is wrong in itself, and what is only strange. */
const wrongBodies = [
  "",
  "{",
  "[".repeat(100_000),
  JSON.stringify({ prompt: 5 }),
  JSON.stringify({ prompt: "x", conversation_id: "no id" }),
  JSON.stringify({ model: "planner", messages: [] }),
  JSON.stringify({ model: "planner", messages: [{ role: "tool", content: "x" }] }),
  JSON.stringify({ model: "none such", messages: huge.messages }),
  JSON.stringify({ prompt: "x".repeat(1_000_000) }),
];

describe("one honest caller beside hostile ones", () => {
  let postgres: ScratchPostgres | undefined;
  let model: EndlessModel | undefined;
  let agent: ChildProcess | undefined;
  let address: string;

  before(async () => {
    const image = docker(
      "inspect",
      "--format",
      "{{.Image}}",
      systemStack().containerId("postgres"),
    );
    [postgres, model] = await Promise.all([startScratchPostgres(image), endlessModel(honestWord)]);
    const [port] = await freePorts(1);
    address = `http://127.0.0.1:${port}`;
    const environment = {
      AGENT_LISTEN_HOST: "127.0.0.1",
      AGENT_LISTEN_PORT: String(port),
      LOG_LEVEL: "silent",
      DATABASE_URL: postgres.url,
      LITELLM_BASE_URL: `${model.url}/v1`,
      LITELLM_API_KEY: "none",
      QDRANT_URL: "http://127.0.0.1:1",
      AGENT_MEMORY_SCOPE: "off",
      AGENT_API_KEYS: "hostile,honest",
      AGENT_RATE_LIMIT_PER_MINUTE: "1000000",
      AGENT_WRITE_TIMEOUT_SECONDS: "5",
      AGENT_REQUEST_TIMEOUT_SECONDS: "5",
      AGENT_DRAIN_SECONDS: "2",
    } satisfies Partial<AgentEnvironment>;
    agent = spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, program], {
      env: { PATH: process.env["PATH"], ...environment },
      stdio: "ignore",
    });
    const isReady = async () => (await fetch(`${address}/readyz`).catch(() => undefined))?.ok;
    await eventually(async () => (await isReady()) === true, "the agent is ready", 120_000);
  });
  after(async () => {
    if (agent?.exitCode === null) agent.kill("SIGKILL");
    postgres?.remove();
    await model?.close();
  });

  const post = (key: string, url: string, body: string) =>
    fetch(`${address}${url}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body,
    });
  const authorization = { authorization: "Bearer hostile" };
  const unread = (more: object) =>
    silentClient(address, "/v1/chat/completions", { ...huge, ...more }, authorization);

  /** Longer than the agent is patient. A socket that is not read does not notice its end. */
  async function held({ socket }: SilentClient): Promise<void> {
    await delay(7000);
    socket.destroy();
  }
  /** Does it again and again, in so many lanes, until the time is up. */
  function lanes(count: number, until: number, action: () => Promise<unknown>): Promise<unknown> {
    const lane = async () => {
      while (Date.now() < until) {
        await action().catch(() => undefined);
        await delay(50);
      }
    };
    return Promise.all(Array.from({ length: count }, lane));
  }

  it("is answered every time, and memory stays bounded", async () => {
    const until = Date.now() + soakMs;
    const hostile = [
      lanes(40, until, async () => held(await unread({ stream: true }))),
      lanes(20, until, async () => held(await unread({}))),
      lanes(20, until, async () => {
        const body = { prompt: "x".repeat(2_000_000) };
        await held(await silentClient(address, "/v1/agent", body, authorization, 1_000_000));
      }),
      lanes(4, until, async () => {
        const answer = await post("hostile", "/v1/chat/completions", JSON.stringify(huge));
        return answer.arrayBuffer();
      }),
      lanes(2, until, async () => {
        for (const body of wrongBodies) {
          for (const url of ["/v1/agent", "/v1/chat/completions"]) {
            await (await post("hostile", url, body)).arrayBuffer();
          }
        }
      }),
    ];
    const statuses: number[] = [];
    let slowest = 0;
    await lanes(1, until, async () => {
      const began = Date.now();
      const prompt = `Are you there, ${honestWord}?`;
      const answer = await post("honest", "/v1/agent", JSON.stringify({ prompt }));
      statuses.push(answer.status);
      const { response } = (await answer.json()) as { response?: string };
      expect(response).to.equal("Yes.");
      slowest = Math.max(slowest, Date.now() - began);
    });
    await Promise.all(hostile);

    expect(agent?.exitCode).to.equal(null);
    expect(statuses.filter((status) => status !== 200)).to.deep.equal([]);
    expect(statuses).to.have.length.greaterThan(3);
    expect(slowest).to.be.lessThan(20_000);
    expect(peakMegabytes(agent)).to.be.lessThan(512);
  });

  it("keeps no process from ending: a stop with readers that don't read is in time", async () => {
    await Promise.all([unread({ stream: true }), unread({}), unread({ stream: true })]);
    await delay(500);
    if (!agent) throw new Error("The agent was not started.");
    const ended = once(agent, "exit");
    const began = Date.now();

    agent.kill("SIGTERM");

    expect(await ended).to.deep.equal([0, null]);
    expect(Date.now() - began).to.be.lessThan(20_000);
    expect(postgres?.sql("SELECT count(*) FROM runs WHERE status = 'running'")).to.equal("0");
  });
});

/** The most that the process ever had in memory; Linux alone says so. */
function peakMegabytes(started: ChildProcess | undefined): number {
  const status = readFileSync(`/proc/${started?.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
