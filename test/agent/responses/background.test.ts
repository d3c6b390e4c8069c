import { expect } from "chai";
import { eventually } from "../../support/eventually.ts";
import { InMemoryIdempotency } from "../../support/in-memory-idempotency.ts";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import type { Turn } from "../../support/model-turn.ts";
import { responseCalls } from "../../support/response-calls.ts";
import { testApp, type TestApp } from "../../support/test-app.ts";

describe("a background response", () => {
  let server: ModelServer;
  let agent: TestApp;
  afterEach(() => server.close());
  async function start(turns: readonly Turn[], environment = {}) {
    server = await startModelServer({ turns });
    agent = testApp(server.url, environment, { idempotency: new InMemoryIdempotency() });
    return responseCalls(agent.app);
  }

  it("is answered at once, and is there when it has ended", async () => {
    const calls = await start([{ text: "Done." }]);

    const { status, body, headers } = await calls.create({ input: "x", background: true });
    const [last] = (await calls.watch(body.id)).slice(-1);

    expect(status).to.equal(200);
    expect(body).to.deep.include({ status: "in_progress", background: true, output: [] });
    expect(body.conversation).to.deep.equal({ id: headers["x-conversation-id"] });
    expect(last?.type).to.equal("response.completed");
    const ended = await calls.get(body.id);
    expect(ended.body.status).to.equal("completed");
    expect(ended.body).to.deep.equal(last?.["response"]);
  });

  it("waits for its turn as queued, and tells so", async () => {
    const calls = await start([{ text: "Half", then: "stall" }, { text: "Second." }]);
    const first = await calls.create({ input: "a", background: true });
    const next = { input: "b", background: true, previous_response_id: first.body.id };

    const { body } = await calls.create(next);
    await calls.cancel(first.body.id);
    const events = await calls.watch(body.id);

    expect(body.status).to.equal("queued");
    expect(events.slice(0, 3).map(({ type }) => type)).to.deep.equal([
      "response.created",
      "response.queued",
      "response.in_progress",
    ]);
    expect(events.at(-1)?.type).to.equal("response.completed");
  });

  it("is streamed from any event on, while it goes on and after", async () => {
    const calls = await start([{ text: "One two three." }]);
    const { body } = await calls.create({ input: "x", background: true });

    const all = await calls.watch(body.id);
    const rest = await calls.watch(body.id, "&starting_after=4");

    expect(all.map((event) => event.sequence_number)).to.deep.equal([...all.keys()]);
    expect(rest).to.deep.equal(all.slice(5));
  });

  it("outlives the client that watched it", async () => {
    const calls = await start([{ text: "One two.", then: "stall" }]);
    const address = await agent.app.listen({ port: 0, host: "127.0.0.1" });
    const leaving = new AbortController();
    const asked = await fetch(`${address}/v1/responses`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: "x", background: true, stream: true }),
      signal: leaving.signal,
    });
    const reader = asked.body?.getReader();
    const [, id = ""] =
      /"id":"(resp_\w+)"/.exec(text((await reader?.read())?.value as Uint8Array | undefined)) ?? [];
    leaving.abort();

    const { body } = await calls.get(id);

    expect(body.status).to.equal("in_progress");
    await calls.cancel(id);
    await agent.app.close();
  });

  it("is cancelled once and for all, with what had come", async () => {
    const calls = await start([{ text: "Half an answer", then: "stall" }]);
    const { body } = await calls.create({ input: "x", background: true });
    await eventually(
      async () => (await calls.get(body.id)).body.output.length > 0,
      "it says something",
    );

    const cancelled = await calls.cancel(body.id);
    const again = await calls.cancel(body.id);
    const events = await calls.watch(body.id);

    expect(cancelled.body.status).to.equal("cancelled");
    expect(cancelled.body.output[0]).to.deep.include({ type: "message", status: "incomplete" });
    expect(again.body).to.deep.equal(cancelled.body);
    expect(events.at(-1)?.["response"]).to.deep.include({ status: "cancelled" });
    expect(agent.conversations.finished[0]?.status).to.equal("cancelled");
  });

  it("is cancelled by who says that nothing at all is JSON", async () => {
    const calls = await start([{ text: "Half", then: "stall" }]);
    const { body } = await calls.create({ input: "x", background: true });

    const { statusCode } = await agent.app.inject({
      method: "POST",
      url: `/v1/responses/${body.id}/cancel`,
      headers: { host: "localhost", "content-type": "application/json" },
    });

    expect(statusCode).to.equal(200);
  });

  it("alone can be cancelled", async () => {
    const calls = await start([{ text: "Done." }]);
    const { body } = await calls.create({ input: "x" });

    const { status, error } = await calls.cancel(body.id);

    expect(status).to.equal(400);
    expect(error.code).to.equal("not_in_background");
  });

  it("that failed says why", async () => {
    const calls = await start([{ text: "Half", then: "cut" }]);
    const { body } = await calls.create({ input: "x", background: true });

    const events = await calls.watch(body.id);

    expect(events.slice(-2).map(({ type }) => type)).to.deep.equal(["error", "response.failed"]);
    const failed = await calls.get(body.id);
    expect(failed.body).to.deep.include({ status: "failed" });
    expect(failed.body.error?.code).to.equal("server_error");
  });

  it("takes its place among those that run at once, and gives it back", async () => {
    const calls = await start([{ text: "Half", then: "stall" }, { text: "Late." }], {
      AGENT_MAX_RUNS: "1",
      AGENT_MAX_RUNS_PER_KEY: "1",
    });
    const { body } = await calls.create({ input: "a", background: true });

    const refused = await calls.create({ input: "b" });
    await calls.cancel(body.id);
    const taken = await calls.create({ input: "b" });

    expect(refused.error.code).to.equal("overloaded");
    expect(taken.status).to.equal(200);
  });

  it("is begun once for its idempotency key, streamed too", async () => {
    const calls = await start([{ text: "Once." }, { text: "Once more." }]);
    const key = { "idempotency-key": "k1" };
    const asked = { input: "x", background: true };

    const first = await calls.create(asked, key);
    const second = await calls.create(asked, key);

    expect(second.body).to.deep.equal(first.body);
    expect(second.headers["idempotent-replayed"]).to.equal("true");
    await calls.watch(first.body.id);
    expect(server.requests).to.have.length(1);
  });

  it("is cancelled where it is deleted", async () => {
    const calls = await start([{ text: "Half", then: "stall" }]);
    const { body } = await calls.create({ input: "x", background: true });

    const removed = await calls.remove(body.id);

    expect(removed.body).to.deep.equal({ id: body.id, object: "response", deleted: true });
    expect((await calls.get(body.id)).status).to.equal(404);
    expect(agent.conversations.finished[0]?.status).to.equal("cancelled");
  });
});

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
