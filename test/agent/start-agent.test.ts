import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import type pg from "pg";
import { type RunningAgent, startAgent } from "../../agent/startup/start-agent.ts";
import { type InProcessPostgres, startInProcessPostgres } from "../support/in-process-postgres.ts";
import { type OtlpCollector, otlpCollector } from "../support/otlp-collector.ts";

const words = [
  { choices: [{ index: 0, delta: { content: "Done." }, finish_reason: null }] },
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
];
const answer = `${words.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("")}data: [DONE]\n\n`;

/** A model that says when it was asked, and answers when it is told to. */
async function patientModel() {
  const asked = Promise.withResolvers<undefined>();
  const mayAnswer = Promise.withResolvers<undefined>();
  const server = createServer((request, response) => {
    request.resume();
    if (!request.url?.endsWith("/chat/completions")) {
      response.writeHead(404).end();
      return;
    }
    asked.resolve(undefined);
    void mayAnswer.promise.then(() => {
      response.writeHead(200, { "content-type": "text/event-stream" }).end(answer);
    });
  });
  return { server, url: `${await listening(server)}/v1`, asked: asked.promise, mayAnswer };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe("the agent's process", () => {
  let postgres: InProcessPostgres;
  let model: Awaited<ReturnType<typeof patientModel>>;
  let collector: OtlpCollector;
  let ends: number;
  let handles: readonly string[];
  before(async function () {
    this.timeout(120_000);
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());
  beforeEach(async () => {
    await postgres.pool.query({ text: "DELETE FROM conversations", values: [] });
    model = await patientModel();
    collector = await otlpCollector();
    ends = 0;
    handles = openHandles();
  });
  afterEach(async () => {
    model.server.closeAllConnections();
    model.server.close();
    await collector.close();
  });

  function start(changes: Readonly<Record<string, string>> = {}): Promise<RunningAgent> {
    const variables = {
      AGENT_LISTEN_HOST: "127.0.0.1",
      AGENT_LISTEN_PORT: "0",
      AGENT_TOOL_CALLING: "native",
      LOG_LEVEL: "silent",
      DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
      LITELLM_BASE_URL: model.url,
      LITELLM_API_KEY: "key",
      QDRANT_URL: "http://127.0.0.1:1",
      PHOENIX_URL: collector.url,
      ...changes,
    };
    const end = () => {
      ends += 1;
      return Promise.resolve();
    };
    const pool = Object.create(postgres.pool, { end: { value: end } }) as pg.Pool;
    return startAgent(variables, () => Promise.resolve(pool));
  }
  const ask = ({ address }: RunningAgent) =>
    fetch(`${address}/v1/agent`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "Well?" }),
    });
  const runs = async () =>
    (await postgres.pool.query({ text: "SELECT status FROM runs", values: [] })).rows as unknown;

  it("lets a run end, refuses another, and leaves nothing open", async () => {
    const agent = await start();
    const running = ask(agent);
    await model.asked;

    const stopped = agent.stop();
    const refused = await ask(agent);
    const ready = await fetch(`${agent.address}/readyz`);
    model.mayAnswer.resolve(undefined);

    expect(refused.status).to.equal(503);
    expect(await refused.json()).to.have.nested.property("error.code", "stopping");
    expect(refused.headers.get("retry-after")).to.equal("5");
    expect([ready.status, await ready.json()]).to.deep.equal([503, { status: "not ready" }]);
    const answered = await running;
    expect(answered.status).to.equal(200);
    expect(await answered.json()).to.have.property("response", "Done.");
    await stopped;
    expect(await runs()).to.deep.equal([{ status: "completed" }]);
    expect(collector.spans.map(({ name }) => name)).to.include("agent.run");
    expect(ends).to.equal(1);
    expect(await ask(agent).catch((error: unknown) => error)).to.be.an.instanceOf(TypeError);
    expect(openHandles()).to.deep.equal(handles);
  });

  it("tells a run that takes too long to end, and records it", async () => {
    const agent = await start({ AGENT_DRAIN_SECONDS: "1" });
    const running = ask(agent);
    await model.asked;

    await Promise.all([agent.stop(), agent.stop()]);

    const answered = await running;
    expect(answered.status).to.equal(503);
    expect(await answered.json()).to.have.nested.property("error.code", "stopping");
    expect(await runs()).to.deep.equal([{ status: "failed" }]);
    expect(ends).to.equal(1);
  });

  it("keeps nothing where it can't listen", async () => {
    const port = new URL(model.url).port;

    const failure = await start({ AGENT_LISTEN_PORT: port }).catch((error: unknown) => error);

    expect(failure).to.have.property("code", "EADDRINUSE");
    expect(ends).to.equal(1);
    expect(openHandles()).to.deep.equal(handles);
  });
});

const lasting = ["TCPServerWrap", "Timeout", "MessagePort", "Worker"];

/** What keeps a process alive; connections that are closing are gone by themselves. */
function openHandles(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => lasting.includes(kind))
    .toSorted();
}
