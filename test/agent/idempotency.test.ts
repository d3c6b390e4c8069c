import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";
import { InMemoryIdempotency } from "../support/in-memory-idempotency.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import { refusals, type Turn } from "../support/model-turn.ts";

const ask = { prompt: "How late is it?" };
const chat = { model: "planner", messages: [{ role: "user", content: "How late is it?" }] };

describe("a request with an idempotency key", () => {
  let server: ModelServer;
  let keys: InMemoryIdempotency;
  let agent: TestApp;
  async function start(turns: readonly Turn[], environment = {}) {
    server = await startModelServer({ turns });
    keys = new InMemoryIdempotency();
    agent = testApp(server.url, environment, { idempotency: keys });
  }
  afterEach(() => server.close());

  function post(url: string, payload: object, headers: Record<string, string> = {}) {
    const all = { host: "localhost", "idempotency-key": "key-1", ...headers };
    return agent.app.inject({ method: "POST", url, payload, headers: all });
  }

  it("is answered once, and again with the same answer", async () => {
    await start([{ text: "Late." }]);

    const first = await post("/v1/agent", ask);
    const second = await post("/v1/agent", ask);

    expect(first.statusCode, first.body).to.equal(200);
    expect(first.headers).not.to.have.property("idempotent-replayed");
    expect(second.statusCode).to.equal(200);
    expect(second.headers["idempotent-replayed"]).to.equal("true");
    expect(second.headers["x-conversation-id"]).to.equal(first.headers["x-conversation-id"]);
    expect(second.json()).to.deep.equal(first.json());
    expect(agent.conversations.begun).to.have.length(1);
    expect(server.requests).to.have.length(1);
  });

  it("is the same request whatever the order of its fields", async () => {
    await start([{ text: "Late." }]);

    await post("/v1/agent", { prompt: "a", metadata: { source: "x", note: "y" } });
    const again = await post("/v1/agent", { metadata: { note: "y", source: "x" }, prompt: "a" });

    expect(again.headers["idempotent-replayed"]).to.equal("true");
  });

  it("streams the same events again", async () => {
    await start([{ text: "It is late." }]);
    const body = { ...chat, stream: true, stream_options: { include_usage: true } };

    const first = await post("/v1/chat/completions", body);
    const second = await post("/v1/chat/completions", body);

    const events = (text: string) => text.split("\n\n").filter((part) => part.startsWith("data:"));
    expect(events(first.body)).to.have.length.greaterThan(3);
    expect(events(second.body)).to.deep.equal(events(first.body));
    expect(second.headers["idempotent-replayed"]).to.equal("true");
    expect(server.requests).to.have.length(1);
  });

  it("is refused with 422 where the key came with another request, of another user too", async () => {
    await start([{ text: "Late." }]);

    await post("/v1/chat/completions", { ...chat, user: "ada" });
    const other = await post("/v1/chat/completions", { ...chat, user: "bob" });
    const elsewhere = await post("/v1/agent", ask);

    for (const { statusCode, body } of [other, elsewhere]) {
      expect(statusCode).to.equal(422);
      expect(JSON.parse(body)).to.have.nested.property("error.code", "idempotency_key_reused");
    }
  });

  it("is refused with 409 while the first is being answered", async () => {
    await start([{ text: "Late." }]);
    const { conversations } = agent;
    const finish = conversations.finish.bind(conversations);
    const held = Promise.withResolvers<undefined>();
    conversations.finish = (run) => held.promise.then(() => finish(run));

    const first = post("/v1/agent", ask);
    while (keys.held.size === 0) await new Promise(setImmediate);
    const second = await post("/v1/agent", ask);
    held.resolve(undefined);

    expect(second.statusCode).to.equal(409);
    expect(Number(second.headers["retry-after"])).to.be.greaterThan(0);
    expect((await first).statusCode).to.equal(200);
    expect((await post("/v1/agent", ask)).headers["idempotent-replayed"]).to.equal("true");
  });

  it("is tried again after a failure that nothing came of", async () => {
    await start([refusals.failure, { text: "Late." }]);

    const first = await post("/v1/agent", ask);
    const second = await post("/v1/agent", ask);

    expect(first.statusCode).to.equal(502);
    expect(second.statusCode).to.equal(200);
    expect(second.headers).not.to.have.property("idempotent-replayed");
  });

  it("keeps its failure once tools have run: they do not run again", async () => {
    const calls = [{ name: "current_time", args: "{}" }];
    await start([{ calls }, refusals.failure, { text: "never sent" }]);

    const first = await post("/v1/agent", ask);
    const second = await post("/v1/agent", ask);

    expect(first.statusCode).to.equal(502);
    expect(second.statusCode).to.equal(502);
    expect(second.json()).to.deep.equal(first.json());
    expect(second.headers).to.include({ "idempotent-replayed": "true", "x-should-retry": "false" });
    expect(agent.conversations.begun).to.have.length(1);
  });

  it("belongs to its key's caller: another's is another", async () => {
    await start([{ text: "For one." }, { text: "For two." }], { AGENT_API_KEYS: "one,two" });
    const as = (key: string) => post("/v1/agent", ask, { authorization: `Bearer ${key}` });

    const one = await as("one");
    const two = await as("two");

    expect(one.json<{ response: string }>().response).to.equal("For one.");
    expect(two.json<{ response: string }>().response).to.equal("For two.");
  });

  it("gives its answer though the key can't be written, and says so in the log alone", async () => {
    await start([{ text: "Late." }]);
    const began = post("/v1/agent", ask);
    while (agent.conversations.begun.length === 0) await new Promise(setImmediate);
    keys.isUp = false;

    expect((await began).statusCode).to.equal(200);
  });

  for (const key of ["", "two words", "k".repeat(256), "schlüssel"]) {
    it(`is refused where the key is ${JSON.stringify(key.slice(0, 12))}`, async () => {
      await start([]);

      const { statusCode, body } = await post("/v1/agent", ask, { "idempotency-key": key });

      expect(statusCode).to.equal(400);
      expect(JSON.parse(body)).to.have.nested.property("error.param", "Idempotency-Key");
      expect(keys.held.size).to.equal(0);
    });
  }

  it("keeps no key for a request that is wrong", async () => {
    await start([]);

    expect((await post("/v1/agent", {})).statusCode).to.equal(400);
    expect(keys.held.size).to.equal(0);
  });
});
