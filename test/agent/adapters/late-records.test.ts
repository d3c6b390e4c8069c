import { expect } from "chai";
import { recordingLate } from "../../../agent/adapters/late-records.ts";
import { testApp } from "../../support/agent-app.ts";
import { InMemoryConversations } from "../../support/in-memory-conversations.ts";
import { scriptedModel } from "../../support/scripted-model.ts";

const headers = { host: "localhost" };

/** Conversations whose writes fail while their database is away. */
function awayStore() {
  const inner = new InMemoryConversations();
  const store = {
    isAway: false,
    finish: (run: Parameters<typeof inner.finish>[0]) =>
      store.isAway ? Promise.reject(new Error("away")) : inner.finish(run),
    begin: inner.begin.bind(inner),
    handedOver: inner.handedOver.bind(inner),
    find: inner.find.bind(inner),
    remove: inner.remove.bind(inner),
    ping: inner.ping.bind(inner),
  };
  return { inner, store };
}

describe("an answer whose record can't be written", () => {
  it("reaches its client, and is recorded before its conversation goes on", async () => {
    const model = await scriptedModel({ text: "Hello Ada." }, { text: "You are Ada." });
    const { inner, store } = awayStore();
    const delays: unknown[] = [];
    const onDelay = (error: unknown) => delays.push(error);
    const conversations = recordingLate(store, { held: 1, pauseMs: 60_000, onDelay });
    const { app } = testApp(model.baseUrl, {}, { conversations });
    const ask = (payload: object) =>
      app.inject({ method: "POST", url: "/v1/agent", headers, payload });

    store.isAway = true;
    const first = await ask({ prompt: "I am Ada." });
    store.isAway = false;
    const { conversation_id: id } = first.json<{ conversation_id: string }>();
    await ask({ prompt: "Who am I?", conversation_id: id });

    expect(first.statusCode).to.equal(200);
    expect(delays).to.have.length(1);
    expect(inner.finished).to.have.length(2);
    expect(JSON.stringify(model.received[1]?.["messages"])).to.include("Hello Ada.");
    await model.close();
  });

  it("is written when the database is back, and by the end at the latest", async () => {
    const { inner, store } = awayStore();
    const conversations = recordingLate(store, { held: 5, pauseMs: 5, onDelay: () => undefined });
    const model = await scriptedModel({ text: "One." });
    const { app } = testApp(model.baseUrl, {}, { conversations });
    store.isAway = true;
    await app.inject({ method: "POST", url: "/v1/agent", headers, payload: { prompt: "x" } });

    await conversations.settle(20);
    expect(conversations.pending()).to.equal(1);
    store.isAway = false;
    await conversations.settle(5000);

    expect(conversations.pending()).to.equal(0);
    expect(inner.finished).to.have.length(1);
    await model.close();
  });

  it("fails with its record when too many wait already", async () => {
    const { store } = awayStore();
    const conversations = recordingLate(store, { held: 0, pauseMs: 5, onDelay: () => undefined });
    const model = await scriptedModel({ text: "One." });
    const { app } = testApp(model.baseUrl, {}, { conversations });
    store.isAway = true;

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "x" },
    });

    expect(response.statusCode).to.equal(500);
    await model.close();
  });
});
