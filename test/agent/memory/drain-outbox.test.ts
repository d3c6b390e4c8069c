import { expect } from "chai";
import { chunks } from "../../../agent/memory/chunks.ts";
import { type DrainParts, drainOnce } from "../../../agent/memory/drain-outbox.ts";
import type { Embedder } from "../../../agent/ports/memory.ts";
import type { OutboxEntry } from "../../../agent/ports/outbox.ts";
import { RefusedInput } from "../../../agent/errors/refused-input.ts";
import {
  InMemoryOutbox,
  InMemoryVectors,
  letterEmbedder,
  RecordingEmbedder,
} from "../../support/in-memory-memory.ts";
import { recordSpans, type Recording } from "../../support/recorded-spans.ts";

const never = new AbortController().signal;
const run = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function entry(messageId: string, content: unknown, traceparent = run): OutboxEntry {
  return {
    messageId,
    content,
    traceparent,
    conversationId: "a-conversation",
    userId: "ada",
    role: "user",
    createdAt: "2026-01-01T00:00:00.000Z",
    isSuperseded: false,
    lease: "now",
  };
}

describe("the outbox of memory", () => {
  let outbox: InMemoryOutbox;
  let vectors: InMemoryVectors;
  let recording: Recording;
  let failures: unknown[];
  let refusals: string[];
  let parts: DrainParts;
  beforeEach(() => {
    outbox = new InMemoryOutbox();
    vectors = new InMemoryVectors();
    recording = recordSpans();
    failures = [];
    refusals = [];
    parts = {
      outbox,
      vectors,
      embedder: letterEmbedder,
      tracing: recording.tracing,
      onFailure: (error) => failures.push(error),
      onRefusal: (id) => refusals.push(id),
    };
  });

  it("becomes points, the same ones however often it is written", async () => {
    outbox.due.push(entry("message-1", "I like tea"));
    await drainOnce(parts, never);
    const first = [...vectors.points.values()];
    outbox.due.push(entry("message-1", [{ type: "text", text: "I like tea" }]));
    await drainOnce(parts, never);

    expect([...vectors.points.values()]).to.deep.equal(first);
    expect(first[0]?.id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(first[0]?.payload).to.deep.equal({
      user_id: "ada",
      conversation_id: "a-conversation",
      message_id: "message-1",
      role: "user",
      text: "I like tea",
      created_at: "2026-01-01T00:00:00.000Z",
      embedding_model: "letters",
    });
  });

  it("is forgotten where it is superseded, and remembered again where it is reinstated", async () => {
    outbox.due.push(entry("message-1", "I like tea"), entry("message-2", "I like rum"));
    await drainOnce(parts, never);

    outbox.due.push({ ...entry("message-2", "I like rum"), isSuperseded: true });
    await drainOnce(parts, never);
    const texts = () => [...vectors.points.values()].map(({ payload }) => payload.text);
    expect(texts()).to.deep.equal(["I like tea"]);

    outbox.due.push(entry("message-2", "I like rum"));
    await drainOnce(parts, never);
    expect(texts()).to.deep.equal(["I like tea", "I like rum"]);
  });

  it("loses nothing while the vector store is away", async () => {
    outbox.due.push(entry("message-1", "I like tea"));
    vectors.isUp = false;

    expect(await drainOnce(parts, never)).to.equal(0);
    expect(outbox.reasons).to.deep.equal(["down"]);
    expect(failures).to.have.length(1);
    vectors.isUp = true;

    expect(await drainOnce(parts, never)).to.equal(1);
    expect(vectors.points.size).to.equal(1);
  });

  it("becomes many points of a long message, embedded in small requests", async () => {
    const embedder = new RecordingEmbedder();
    outbox.due.push(entry("message-1", "tea ".repeat(5000)));

    expect(await drainOnce({ ...parts, embedder }, never)).to.equal(1);
    expect(vectors.points.size).to.equal(14);
    const sizes = embedder.requests.map((texts) => texts.join("").length);
    expect(sizes).to.have.length(14);
    expect(Math.max(...sizes)).to.be.at.most(1500);
  });

  /** Refuses each text that has this word; as a server without its model, every one. */
  const refusing = (word: string): Embedder => ({
    model: letterEmbedder.model,
    embed: (texts, context) =>
      texts.some((text) => String(text).includes(word))
        ? Promise.reject(new RefusedInput("The embedding server answered 400.", 400))
        : letterEmbedder.embed(texts, context),
  });
  const remembered = () => [...vectors.points.values()].map(({ payload }) => payload.message_id);

  it("sets aside a text that the embedding server refuses, and remembers the others", async () => {
    const embedder = refusing("heron");
    outbox.due.push(entry("one", "tea"), entry("bad", "a heron"), entry("two", "milk"));

    expect(await drainOnce({ ...parts, embedder }, never)).to.equal(3);
    expect(remembered()).to.have.members(["one", "two"]);
    expect([outbox.due, failures]).to.deep.equal([[], []]);
    expect(refusals).to.deep.equal(["bad"]);
  });

  it("waits where the embedding server refuses everything: no text is at fault", async () => {
    outbox.due.push(entry("one", "tea"));

    expect(await drainOnce({ ...parts, embedder: refusing("") }, never)).to.equal(0);
    expect(outbox.due).to.have.length(1);
    expect([failures.length, refusals]).to.deep.equal([1, []]);
  });

  it("sets aside a point that the vector store refuses, and remembers the others", async () => {
    vectors.refuses = (point) => point.payload.text.includes("heron");
    outbox.due.push(entry("one", "tea"), entry("bad", "a heron"), entry("two", "milk"));

    expect(await drainOnce(parts, never)).to.equal(3);
    expect(remembered()).to.have.members(["one", "two"]);
    expect([outbox.due, refusals]).to.deep.equal([[], ["bad"]]);
  });

  it("waits where the vector store refuses what is surely good, such as in another dimension", async () => {
    vectors.refuses = () => true;
    vectors.refusesSearches = true;
    outbox.due.push(entry("one", "tea"));

    expect(await drainOnce(parts, never)).to.equal(0);
    expect(outbox.due).to.have.length(1);
    expect(refusals).to.deep.equal([]);
  });

  it("withdraws what was deleted while it was written", async () => {
    outbox.due.push(entry("gone", "I like tea"), entry("kept", "I like milk"));
    outbox.deleted.add("gone");

    await drainOnce(parts, never);

    const left = [...vectors.points.values()].map(({ payload }) => payload.message_id);
    expect(left).to.deep.equal(["kept"]);
  });

  it("writes below the run that the message came from", async () => {
    outbox.due.push(entry("message-1", "I like tea"));

    await drainOnce(parts, never);

    const span = recording.span("memory.write");
    expect(span.parentSpanContext?.spanId).to.equal("b7ad6b7169203331");
    expect(span.attributes).to.include({
      "openinference.span.kind": "CHAIN",
      "session.id": "a-conversation",
      "user.id": "ada",
    });
  });
});

describe("the pieces of a long text", () => {
  it("are cut between words, and hold all of it", () => {
    const text = Array.from({ length: 1000 }, (_each, index) => `word${index}`).join(" ");
    const pieces = chunks(text);

    expect(pieces.join(" ")).to.equal(text);
    expect(Math.max(...pieces.map(({ length }) => length))).to.be.at.most(1500);
  });

  it("never split a character, and are not without end", () => {
    const pieces = chunks("😀".repeat(100_000));

    expect(pieces.every((piece) => piece.isWellFormed())).to.equal(true);
    expect(pieces).to.have.length(32);
  });

  it("are none of nothing", () => {
    expect(chunks(" \n ")).to.deep.equal([]);
  });
});
