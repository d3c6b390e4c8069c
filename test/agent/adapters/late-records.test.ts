import { expect } from "chai";
import { DatabaseUnavailable } from "../../../agent/adapters/database-failure.ts";
import { type LateRecordOptions, recordingLate } from "../../../agent/adapters/late-records.ts";
import type { FinishedRun } from "../../../agent/runs/run-record.ts";
import { testApp } from "../../support/test-app.ts";
import { InMemoryConversations } from "../../support/in-memory-conversations.ts";
import { scriptedModel } from "../../support/scripted-model.ts";

const headers = { host: "localhost" };

/** Conversations whose writes fail while their database is away, or as one record makes them. */
function awayStore() {
  const inner = new InMemoryConversations();
  const store = {
    isAway: false,
    /** What becomes of a run's record; undefined: it is written. */
    failureOf: (() => undefined) as (run: FinishedRun) => Error | undefined,
    setAsideRuns: [] as FinishedRun[],
    finish: (run: FinishedRun) => {
      const failure = store.isAway ? away() : store.failureOf(run);
      return failure ? Promise.reject(failure) : inner.finish(run);
    },
    setAside: (run: FinishedRun) => {
      if (store.isAway) return Promise.reject(away());
      store.setAsideRuns.push(run);
      return Promise.resolve();
    },
    begin: inner.begin.bind(inner),
    handedOver: inner.handedOver.bind(inner),
    find: inner.find.bind(inner),
    ofChat: inner.ofChat.bind(inner),
    remove: inner.remove.bind(inner),
    ping: () => (store.isAway ? Promise.reject(away()) : inner.ping()),
  };
  return { inner, store };
}

function away(): DatabaseUnavailable {
  return new DatabaseUnavailable("away", new Error("ECONNREFUSED"));
}

function late(
  store: ReturnType<typeof awayStore>["store"],
  options: Partial<LateRecordOptions> = {},
) {
  return recordingLate(store, {
    held: 5,
    heldCharacters: 1_000_000,
    pauseMs: 5,
    onDelay: () => undefined,
    onRefusal: () => undefined,
    ...options,
  });
}

describe("an answer whose record can't be written", () => {
  it("reaches its client, and is recorded before its conversation goes on", async () => {
    const model = await scriptedModel({ text: "Hello Ada." }, { text: "You are Ada." });
    const { inner, store } = awayStore();
    const delays: unknown[] = [];
    const onDelay = (error: unknown) => delays.push(error);
    const conversations = late(store, { held: 1, pauseMs: 60_000, onDelay });
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
    const conversations = late(store);
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
    const conversations = late(store, { held: 0 });
    const model = await scriptedModel({ text: "One." });
    const { app } = testApp(model.baseUrl, {}, { conversations });
    store.isAway = true;

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "x" },
    });

    expect(response.statusCode).to.equal(503);
    await model.close();
  });

  it("fails with its record when what waits is too long already", async () => {
    const { store } = awayStore();
    const conversations = late(store, { heldCharacters: 100 });
    const model = await scriptedModel({ text: "One." });
    const { app } = testApp(model.baseUrl, {}, { conversations });
    store.isAway = true;

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "x" },
    });

    expect(response.statusCode).to.equal(503);
    expect(conversations.pending()).to.equal(0);
    await model.close();
  });
});

describe("a record that the database refuses", () => {
  const refusal = Object.assign(new Error("quotes what it was given"), {
    severity: "ERROR",
    code: "22P05",
  });

  /** The first run's record fails with this; the answers of three runs, in their own conversations. */
  async function askThrice(failure: Error, options: Partial<LateRecordOptions> = {}) {
    const model = await scriptedModel({ text: "1" }, { text: "2" }, { text: "3" });
    const { inner, store } = awayStore();
    const refused: { readonly id: string; readonly error: unknown }[] = [];
    const onRefusal = (error: unknown, { id }: FinishedRun) => refused.push({ id, error });
    const conversations = late(store, { onRefusal, ...options });
    const { app } = testApp(model.baseUrl, {}, { conversations });
    store.failureOf = ({ id }) => (id === inner.begun[0]?.id ? failure : undefined);
    const statuses: number[] = [];
    for (const prompt of ["one", "two", "three"]) {
      const answer = await app.inject({
        method: "POST",
        url: "/v1/agent",
        headers,
        payload: { prompt },
      });
      statuses.push(answer.statusCode);
    }
    await model.close();
    return { statuses, inner, store, conversations, refused };
  }

  it("is set aside and told of, and nobody else is kept waiting", async () => {
    const { statuses, inner, store, conversations, refused } = await askThrice(refusal);

    expect(statuses).to.deep.equal([200, 200, 200]);
    expect(inner.finished).to.have.length(2);
    expect(store.setAsideRuns.map(({ id }) => id)).to.deep.equal([inner.begun[0]?.id]);
    expect(refused).to.deep.equal([{ id: inner.begun[0]?.id, error: refusal }]);
    expect(conversations.pending()).to.equal(0);
  });

  it("is set aside too where it fails as if the database were away, which is there for others", async () => {
    const { statuses, inner, store, conversations } = await askThrice(away());

    await conversations.settle(5000);

    expect(statuses).to.deep.equal([200, 200, 200]);
    expect(inner.finished).to.have.length(2);
    expect(store.setAsideRuns).to.have.length(1);
  });

  it("keeps waiting what the database was away for, and is set aside once it is back", async () => {
    const model = await scriptedModel({ text: "1" });
    const { store } = awayStore();
    const conversations = late(store);
    const { app } = testApp(model.baseUrl, {}, { conversations });
    store.isAway = true;
    const payload = { prompt: "x" };
    const answer = await app.inject({ method: "POST", url: "/v1/agent", headers, payload });

    store.failureOf = () => refusal;
    await conversations.settle(30);
    const before = conversations.pending();
    store.isAway = false;
    await conversations.settle(5000);

    expect(answer.statusCode).to.equal(200);
    expect(before).to.equal(1);
    expect(conversations.pending()).to.equal(0);
    expect(store.setAsideRuns).to.have.length(1);
    await model.close();
  });
});
