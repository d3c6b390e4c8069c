import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { Model } from "../../agent/ports/ports.ts";
import { runGate } from "../../agent/runs/run-gate.ts";
import { testApp } from "../support/test-app.ts";
import { eventually } from "../support/eventually.ts";
import { silentClient, type SilentClient } from "../support/silent-client.ts";

const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" } as const;
const question = { model: "planner", messages: [{ role: "user", content: "x" }] };
const stream = { ...question, stream: true };

/** Says more than any socket's buffers take, and ends where it is asked to. */
function talkative(pieces = Infinity): Model {
  const content = "word ".repeat(4000);
  return {
    ping: () => Promise.resolve(),
    async *stream(_request, { signal }) {
      for (let piece = 0; piece < pieces; piece++) {
        signal.throwIfAborted();
        await delay(0);
        yield [{ ...base, choices: [{ index: 0, delta: { content }, finish_reason: null }] }];
      }
      yield [{ ...base, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }];
    },
  };
}

/** Nobody's answer is too long here. */
const endless = {
  AGENT_TURN_CHARACTERS: "1000000000",
  AGENT_RUN_CHARACTERS: "1000000000",
  AGENT_TOTAL_CHARACTERS: "4000000000",
};

describe("a reader that does not read", () => {
  let parts: ReturnType<typeof testApp>;
  let address: string;
  let gate: ReturnType<typeof runGate>;
  const clients: SilentClient[] = [];
  let stopping: AbortController;
  beforeEach(() => {
    stopping = new AbortController();
  });

  async function start(
    model: Model,
    settings: NonNullable<Parameters<typeof testApp>[2]>["settings"],
    limits: Partial<Parameters<typeof runGate>[0]> = {},
    environment: Record<string, string> = {},
  ) {
    gate = runGate({ perMinute: 1000, atOnce: 10, perKey: 10, perPerson: 10, ...limits });
    const changes = { model, gate, stopping: stopping.signal, ...(settings && { settings }) };
    parts = testApp("http://127.0.0.1:1/v1", { ...endless, ...environment }, changes);
    address = await parts.app.listen({ port: 0, host: "127.0.0.1" });
  }
  async function ask(
    ...args: Parameters<typeof silentClient> extends [string, ...infer R] ? R : []
  ) {
    const client = await silentClient(address, ...args);
    clients.push(client);
    return client;
  }
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await parts.app.close();
  });
  const everythingIsFree = () =>
    eventually(() => gate.running() === 0, "the run's place is free", 5000);

  it("of a stream is left after a while, and its place and its run are free", async () => {
    await start(talkative(), { writeTimeoutMs: 200 });
    const client = await ask("/v1/chat/completions", stream);
    await eventually(() => gate.running() === 1, "the run goes on");

    await everythingIsFree();
    client.socket.resume();
    await client.closed;

    expect(parts.conversations.finished.map(({ status }) => status)).to.deep.equal(["cancelled"]);
  });

  it("of a stream is left at its run's deadline, however patient we are", async () => {
    await start(talkative(), { writeTimeoutMs: 60_000, run: { ...limits, deadlineMs: 400 } });
    await ask("/v1/chat/completions", stream);
    await eventually(() => gate.running() === 1, "the run goes on");

    await everythingIsFree();

    expect(parts.conversations.finished).to.have.length(1);
  });

  it("of a stream that has ended is left, too", async () => {
    await start(talkative(100), { writeTimeoutMs: 200 });
    await ask("/v1/agent", { prompt: "x", stream: true });
    await eventually(() => gate.running() === 1, "the run goes on");

    await everythingIsFree();
  });

  it("of a whole answer is left, and has its place until then", async () => {
    await start(talkative(500), { writeTimeoutMs: 1000 });
    await ask("/v1/chat/completions", question);
    await eventually(() => parts.conversations.finished.length === 1, "the run is over");
    await delay(100);

    expect(gate.running()).to.equal(1);
    await everythingIsFree();
  });

  it("that takes a little at a time keeps its place no longer than a run may take", async () => {
    await start(talkative(), { writeTimeoutMs: 60_000, run: { ...limits, deadlineMs: 600 } });
    const client = await ask("/v1/chat/completions", stream);
    const sipping = setInterval(() => {
      client.socket.read(1000);
    }, 50);

    await eventually(() => gate.running() === 1, "the run goes on");
    await everythingIsFree();

    clearInterval(sipping);
  });

  it("does not keep the agent from stopping", async () => {
    await start(talkative(), { writeTimeoutMs: 60_000 });
    await ask("/v1/chat/completions", stream);
    await ask("/v1/chat/completions", question);
    await eventually(() => gate.running() === 2, "the runs go on");
    await delay(100);

    stopping.abort();
    await everythingIsFree();
    const closed = parts.app.close().then(() => "closed");

    expect(await Promise.race([closed, delay(3000, "hangs")])).to.equal("closed");
  });

  it("takes no more places than its key's share: the next caller is served", async () => {
    await start(
      talkative(500),
      { writeTimeoutMs: 60_000 },
      { atOnce: 4, perKey: 3 },
      { AGENT_API_KEYS: "greedy,honest" },
    );
    const greedy = { authorization: "Bearer greedy" };
    for (let taken = 0; taken < 3; taken++) await ask("/v1/chat/completions", stream, greedy);
    await eventually(() => gate.running() === 3, "the runs go on");
    const as = (key: string) =>
      fetch(`${address}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify(question),
      });

    const refused = await as("greedy");
    const honest = await as("honest");

    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get("retry-after"))).to.be.greaterThan(0);
    expect(await refused.json()).to.have.nested.property("error.code", "too_many_runs");
    expect(honest.status).to.equal(200);
    await honest.arrayBuffer();
  });

  it("is told from one that waits: a long silence of the model's cuts no connection", async () => {
    const slow: Model = {
      ping: () => Promise.resolve(),
      async *stream() {
        await delay(500);
        yield [
          { ...base, choices: [{ index: 0, delta: { content: "x" }, finish_reason: "stop" }] },
        ];
      },
    };
    await start(slow, { writeTimeoutMs: 100 });
    const sockets: unknown[] = [];
    parts.app.server.on("connection", (socket) => sockets.push(socket));
    const connections = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: (number | undefined)[] = [];
    for (const body of [question, stream, question, question]) {
      statuses.push(await statusOf(`${address}/v1/chat/completions`, body, connections));
    }
    connections.destroy();

    expect(statuses).to.deep.equal([200, 200, 200, 200]);
    expect(sockets).to.have.length(1);
  });

  it("is not whom Open WebUI asks for others for: each of its people has a share", () => {
    const shared = runGate({ perMinute: 100, atOnce: 10, perKey: 4, perPerson: 2 });
    const enter = (person: string) => shared.enter({ principal: "open-webui", person });
    enter("ada");
    enter("ada");

    expect(() => enter("ada")).to.throw("More than 2 runs at once");
    const leave = enter("bob");
    enter("bob");
    expect(() => enter("eve")).to.throw("More than 4 runs at once");
    leave();
    enter("eve");
    expect(shared.running()).to.equal(4);
  });

  it("is counted a minute long, however many others came meanwhile", () => {
    let ms = 0;
    const limits = { perMinute: 1, atOnce: 10, perKey: 10, perPerson: 10 };
    const counted = runGate(limits, () => ms);
    const ask = (person: string) => {
      counted.enter({ principal: "open-webui", person })();
    };

    ask("ada");
    for (let index = 0; index < 5000; index += 1) ask(`person ${index}`);
    expect(() => {
      ask("ada");
    }).to.throw("More than 1 requests in a minute");
    ms = 60_000;
    ask("ada");
  });
});

describe("large requests", () => {
  const environment = {
    AGENT_API_KEYS: "greedy,honest",
    AGENT_BODY_LIMIT_BYTES: "10000",
    AGENT_TOTAL_BODY_BYTES: "40000",
  };
  const body = { prompt: "x".repeat(9000) };
  const post = (address: string, key: string) =>
    fetch(`${address}/v1/agent`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it("of one key leave room for another's, though they are never sent whole", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1", environment, { model: talkative(1) });
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const authorization = { authorization: "Bearer greedy" };
    const halves = await Promise.all(
      [1, 2, 3].map(() => silentClient(address, "/v1/agent", body, authorization, 100)),
    );
    await delay(200);

    const refused = await post(address, "greedy");
    const honest = await post(address, "honest");
    for (const { socket } of halves) socket.destroy();
    const isServed = async () => (await post(address, "greedy")).status === 200;
    await eventually(isServed, "there is room again", 5000);
    await app.close();

    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get("retry-after"))).to.be.greaterThan(0);
    expect(honest.status).to.equal(200);
  });

  it("of one person in Open WebUI leave room for the others, who share its key", async () => {
    const trusted = { ...environment, OPENWEBUI_AGENT_KEY: "trusted" };
    const { app } = testApp("http://127.0.0.1:1/v1", trusted, { model: talkative(1) });
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const as = (person: string) => ({
      authorization: "Bearer trusted",
      "x-openwebui-user-id": person,
    });
    const halves = await Promise.all(
      [1, 2].map(() => silentClient(address, "/v1/agent", body, as("ada"), 100)),
    );
    await delay(200);
    const statusFor = async (person: string) => {
      const headers = { ...as(person), "content-type": "application/json" };
      const sent = { method: "POST", headers, body: JSON.stringify(body) };
      return (await fetch(`${address}/v1/agent`, sent)).status;
    };

    const statuses = [await statusFor("ada"), await statusFor("bob")];
    for (const { socket } of halves) socket.destroy();
    await app.close();

    expect(statuses).to.deep.equal([429, 200]);
  });

  it("are not even read without a key", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1", environment);
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const stranger = { authorization: "Bearer unknown" };
    const { socket } = await silentClient(address, "/v1/agent", body, stranger, 100);

    const [answer] = (await once(socket.resume(), "data")) as [Buffer];
    socket.destroy();
    await app.close();

    expect(answer.toString()).to.match(/^HTTP\/1.1 401 /);
  });
});

describe("a request that never ends", () => {
  it("is cut when its time to arrive is over", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1", {}, { settings: { requestTimeoutMs: 300 } });
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const body = { prompt: "x".repeat(10_000) };
    const { socket, closed } = await silentClient(address, "/v1/agent", body, {}, 5000);
    socket.resume();

    const outcome = await Promise.race([closed.then(() => "cut"), delay(5000, "open")]);
    socket.destroy();
    await app.close();

    expect(outcome).to.equal("cut");
  });
});

/** By Node's own client, which keeps to one connection. */
async function statusOf(address: string, body: object, agent: Agent): Promise<number | undefined> {
  const sent = request(address, {
    agent,
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  sent.end(JSON.stringify(body));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  await text(response);
  return response.statusCode;
}

const limits = {
  toolRounds: 8,
  toolCalls: 24,
  parallelToolCalls: 4,
  toolTimeoutMs: 10_000,
  toolOutputCharacters: 100,
  contextTokens: 100_000,
  turnCharacters: 1e9,
  runCharacters: 1e9,
};
