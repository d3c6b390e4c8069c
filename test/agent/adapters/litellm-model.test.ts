import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { litellmModel } from "../../../agent/adapters/litellm-model.ts";
import { ApiError } from "../../../agent/errors/api-error.ts";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import { refusals, scriptedUsage, type Turn } from "../../support/model-turn.ts";

const question = { model: "planner", messages: [{ role: "user" as const, content: "Hello?" }] };
const key = "key-for-the-model";

const modelAt = (baseUrl: string) =>
  litellmModel({
    baseUrl,
    apiKey: key,
    firstTokenTimeoutMs: 1000,
    idleTimeoutMs: 500,
    turnCharacters: 400_000,
  });
const raw = (...events: string[]) => ({
  raw: events.map((each) => `data: ${each}\n\n`).join(""),
});

describe("the adapter to the model's server", () => {
  let server: ModelServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  /** Everything that the adapter gives for one turn of the server, and how it ends. */
  async function turnOf(turn: Turn, signal = new AbortController().signal) {
    server = await startModelServer({ turns: [turn] });
    const model = modelAt(server.url);
    let text = "";
    let usage: object | null | undefined;
    try {
      const context = { signal, traceparent: "00-1-2-01" };
      for await (const chunks of model.stream(question, context)) {
        for (const chunk of chunks) {
          text += chunk.choices[0]?.delta.content ?? "";
          usage ??= chunk.usage;
        }
      }
    } catch (error) {
      return { text, usage, error };
    }
    return { text, usage, error: undefined };
  }

  it("asks for a stream with usage, under its key and within our trace", async () => {
    const { text, usage, error } = await turnOf({ text: "Hello there." });

    expect(error).to.equal(undefined);
    expect(text).to.equal("Hello there.");
    expect(usage).to.deep.equal(scriptedUsage);
    const [request] = server?.requests ?? [];
    expect(request).to.include({ method: "POST", path: "/v1/chat/completions" });
    expect(request?.headers).to.include({
      authorization: `Bearer ${key}`,
      traceparent: "00-1-2-01",
    });
    expect(request?.body).to.deep.include({
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  const fine: readonly [string, Turn, string][] = [
    [
      "characters that come apart on the way",
      { text: "Grüße, 你好 👩‍👩‍👧", cutsCharacters: true },
      "Grüße, 你好 👩‍👩‍👧",
    ],
    ["one character at a time", { text: "one by one", deltaCharacters: 1 }, "one by one"],
    ["a first chunk without a choice", { text: "x", opensWithoutChoice: true }, "x"],
    ["no usage at all", { text: "x", usage: null }, "x"],
  ];
  for (const [what, turn, expected] of fine) {
    it(`takes ${what}`, async () => {
      const { text, error } = await turnOf(turn);

      expect(error).to.equal(undefined);
      expect(text).to.equal(expected);
    });
  }

  it("gives together what came together, and asks the next question on the same connection", async () => {
    const piece = '{"choices":[{"delta":{"content":"x"}}]}';
    const end = '{"choices":[{"delta":{},"finish_reason":"stop"}]}';
    const turn = { ...raw(piece, piece, end, "[DONE]"), contentType: "text/event-stream" };
    server = await startModelServer({ turns: [turn, turn] });
    const model = modelAt(server.url);
    const context = { signal: new AbortController().signal, traceparent: "00-1-2-01" };
    const lengths: number[] = [];
    for (let count = 0; count < 2; count += 1) {
      for await (const chunks of model.stream(question, context)) lengths.push(chunks.length);
      // The end of an answer comes behind its last event.
      await delay(50);
    }

    expect(lengths).to.deep.equal([3, 3]);
    expect(server.connections()).to.equal(1);
  });

  const begun = { text: "Half an" };
  /** What, the turn, our status and code, and the text that came before. */
  const failing: readonly [string, Turn, number, string, string?][] = [
    ["a wrong key", refusals.wrongKey, 502, "upstream_unauthorized"],
    ["no access", { status: 403 }, 502, "upstream_unauthorized"],
    ["a rate limit", refusals.rateLimit(7), 429, "rate_limit_exceeded"],
    ["a failure", refusals.failure, 502, "upstream"],
    ["a gateway's own page", { status: 502, message: "<html>" }, 502, "upstream"],
    ["a gateway's time-out", { status: 504 }, 504, "upstream_timeout"],
    ["a context that is too long", refusals.tooLong, 400, "context_length_exceeded"],
    ["silence before the first token", { stall: true }, 504, "upstream_timeout"],
    ["silence in the midst", { ...begun, then: "stall" }, 504, "upstream_timeout", "Half an"],
    ["a cut connection", { ...begun, then: "cut" }, 502, "upstream_interrupted", "Half an"],
    [
      "a chunk that is not JSON",
      { ...begun, then: "bad JSON" },
      502,
      "upstream_interrupted",
      "Half an",
    ],
    [
      "an error in the stream",
      { ...begun, then: "error event" },
      502,
      "upstream_interrupted",
      "Half an",
    ],
    ["a first chunk that is not JSON", raw("{"), 502, "upstream"],
    ["an error as the first event", raw('{"error":{"message":"x"}}'), 502, "upstream"],
    ["a first chunk that is not a chunk", raw('{"choices":null}'), 502, "upstream"],
    ["a choice without a delta", raw('{"choices":[{"index":0}]}'), 502, "upstream"],
    ["a chunk that is not an object", raw("null"), 502, "upstream"],
    [
      "a later chunk that is not a chunk",
      raw('{"choices":[{"delta":{"content":"x"}}]}', "{}"),
      502,
      "upstream_interrupted",
      "x",
    ],
    ["a stream that ends too early", raw("[DONE]"), 502, "upstream_interrupted"],
    ["an empty answer", { raw: "" }, 502, "upstream_interrupted"],
    [
      "a page in place of a stream",
      { raw: "<html>", contentType: "text/html" },
      502,
      "upstream_interrupted",
    ],
  ];
  for (const [what, turn, status, code, before = ""] of failing) {
    it(`makes ${status} ${code} of ${what}, without the server's inner words`, async () => {
      const { error, text } = await turnOf(turn);

      expect(error, String(error)).to.be.instanceOf(ApiError);
      expect(error).to.include({ status, code });
      expect((error as ApiError).message).not.to.match(/html|chatcmpl|JSON/);
      expect(text).to.equal(before);
    });
  }

  it("hands on how long to wait", async () => {
    const { error } = await turnOf(refusals.rateLimit(7));

    expect((error as ApiError).retryAfterSeconds).to.equal(7);
  });

  it("makes 502 of a server that is not there", async () => {
    const closed = await startModelServer({ turns: [] });
    await closed.close();
    const model = modelAt(closed.url);
    const context = { signal: new AbortController().signal, traceparent: "00-1-2-01" };

    const chunks = model.stream(question, context)[Symbol.asyncIterator]();
    const error: unknown = await chunks.next().catch((reason: unknown) => reason);

    expect(error).to.include({ status: 502, code: "upstream" });
  });

  it("leaves an abort the abort that it is, and the server hears of it", async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 30);

    const { error } = await turnOf({ stall: true }, controller.signal);

    expect(error).not.to.be.instanceOf(ApiError);
    while (server?.abandoned() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("writes nothing to the console, whatever the server sends", async () => {
    const lines: unknown[] = [];
    const original = { ...console };
    Object.assign(console, {
      error: (...words: unknown[]) => lines.push(words),
      warn: (...words: unknown[]) => lines.push(words),
      log: (...words: unknown[]) => lines.push(words),
    });
    try {
      await turnOf({ ...begun, then: "bad JSON" });
    } finally {
      Object.assign(console, original);
    }

    expect(lines).to.deep.equal([]);
  });
});
