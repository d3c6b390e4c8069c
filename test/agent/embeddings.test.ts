import { expect } from "chai";
import { NeighbourAnswer } from "../../agent/adapters/neighbour-answer.ts";
import type { AgentSettings } from "../../agent/dependencies.ts";
import { RefusedInput } from "../../agent/errors/refused-input.ts";
import { oneAtATime } from "../../agent/memory/one-at-a-time.ts";
import type { Embedder } from "../../agent/ports/memory.ts";
import { eventually } from "../support/eventually.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import { testApp } from "../support/test-app.ts";

interface Answer {
  readonly data: readonly { readonly index: number; readonly embedding: unknown }[];
  readonly model: string;
  readonly usage: object;
}

function ask({ app }: ReturnType<typeof testApp>, payload: object) {
  return app.inject({
    method: "POST",
    url: "/v1/embeddings",
    headers: { host: "localhost" },
    payload: { model: "embed", ...payload },
  });
}

function failing(status: number): Embedder {
  const error = new NeighbourAnswer(`The embedding server answered ${status}.`, status);
  return { model: "embed", embed: () => Promise.reject(error) };
}

const refusingLong: Embedder = {
  model: "embed",
  embed: (texts) =>
    texts.some((text) => text.length > 5 && text !== "dimension")
      ? Promise.reject(new RefusedInput("The embedding server answered 400.", 400))
      : Promise.resolve(texts.map(() => [1])),
};

const silent: Embedder = {
  model: "embed",
  embed: (_texts, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
    }),
};

describe("POST /v1/embeddings", () => {
  let server: ModelServer;
  beforeEach(async () => {
    server = await startModelServer({ turns: [] });
  });
  afterEach(() => server.close());

  const embed = (
    payload: object,
    environment: Record<string, string> = {},
    changes: Parameters<typeof testApp>[2] = {},
  ) => ask(testApp(server.url, environment, changes), payload);

  it("gives a vector for each text in their order, and what they were counted as", async () => {
    const response = await embed({ input: ["ab", "c"] });

    expect(response.statusCode).to.equal(200);
    expect(response.json()).to.deep.equal({
      object: "list",
      data: [
        { object: "embedding", index: 0, embedding: [2, 97, 98] },
        { object: "embedding", index: 1, embedding: [1, 99, 99] },
      ],
      model: "embed",
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
  });

  it("takes one text, and gives its vector in base64 where that is asked for", async () => {
    const response = await embed({ input: "ab", encoding_format: "base64" });

    const [first] = response.json<Answer>().data;
    const bytes = Buffer.from(String(first?.embedding), "base64");
    expect([0, 4, 8].map((at) => bytes.readFloatLE(at))).to.deep.equal([2, 97, 98]);
    expect(bytes).to.have.length(12);
  });

  it("hands tokens on, for LiteLLM to make text of them: one text's, and several texts'", async () => {
    await embed({ input: [15339, 1917] });
    await embed({ input: [[15339, 1917], [9906]] });

    expect(server.requests.map(({ body }) => body["input"])).to.deep.equal([
      [[15339, 1917]],
      [[15339, 1917], [9906]],
    ]);
  });

  it("asks for many texts in parts, and counts all of them", async () => {
    const input = Array.from({ length: 20 }, (_, index) => `text ${index}`);

    const { data, usage } = (await embed({ input })).json<Answer>();

    expect(data.map(({ index }) => index)).to.deep.equal(input.map((_, index) => index));
    expect(usage).to.deep.equal({ prompt_tokens: 20, total_tokens: 20 });
    expect(server.requests.length).to.be.greaterThan(1);
  });

  it("is called by an alias, too", async () => {
    const aliases = { AGENT_MODEL_ALIASES: "text-embedding-3-small=embed" };

    const response = await embed({ model: "text-embedding-3-small", input: "x" }, aliases);

    expect(response.json<Answer>().model).to.equal("text-embedding-3-small");
    expect(server.requests[0]?.body["model"]).to.equal("embed");
  });

  for (const [what, payload, status, param, code] of [
    ["a model that answers chats", { model: "planner" }, 400, "model", "model_not_supported"],
    ["a model that is not there", { model: "ada" }, 404, "model", "model_not_found"],
    ["an empty text", { input: "" }, 400, "input", null],
    ["an empty text among others", { input: ["x", ""] }, 400, "input.1", null],
    ["no texts", { input: [] }, 400, "input", null],
    ["texts and tokens at once", { input: ["x", [1]] }, 400, "input.1", null],
    ["2049 texts", { input: Array.from({ length: 2049 }, () => "x") }, 400, "input", null],
    ["a million characters", { input: ["x", "y".repeat(1_000_000)] }, 400, "input", null],
    ["a length of vectors", { dimensions: 256 }, 400, "dimensions", null],
    ["another encoding", { encoding_format: "hex" }, 400, "encoding_format", null],
  ] as const) {
    it(`refuses ${what}, by name`, async () => {
      const response = await embed({ input: "x", ...payload });

      expect(response.statusCode).to.equal(status);
      expect(response.json<{ error: object }>().error).to.include({ param, code });
      expect(server.requests).to.deep.equal([]);
    });
  }

  for (const [what, embedder, status, code] of [
    ["400 for a text that its server refuses", refusingLong, 400, null],
    ["429 where its server is rate limited", failing(429), 429, "rate_limit_exceeded"],
    ["502 where its server fails", failing(500), 502, "upstream"],
  ] as const) {
    it(`answers ${what}`, async () => {
      const response = await embed({ input: ["short", "too long"] }, {}, { embedder });

      expect(response.statusCode).to.equal(status);
      expect(response.json<{ error: object }>().error).to.include({ code });
    });
  }

  it("answers 504 where it takes longer than a run may", async () => {
    const run = { contextTokens: 1000, deadlineMs: 50 } as AgentSettings["run"];

    const response = await embed({ input: "x" }, {}, { embedder: silent, settings: { run } });

    expect(response.statusCode).to.equal(504);
  });

  it("counts among what a key may ask in a minute", async () => {
    const agent = testApp(server.url, { AGENT_RATE_LIMIT_PER_MINUTE: "1" });

    const first = await ask(agent, { input: "x" });
    const second = await ask(agent, { input: "x" });

    expect([first.statusCode, second.statusCode]).to.deep.equal([200, 429]);
  });
});

describe("an embedder that is asked one thing at a time", () => {
  it("serves askers in turn, and goes on after one that left", async () => {
    const order: string[] = [];
    const gates: (() => void)[] = [];
    const slow: Embedder = {
      model: "embed",
      embed: async (texts) => {
        order.push(String(texts[0]));
        const gate = Promise.withResolvers<undefined>();
        gates.push(() => {
          gate.resolve(undefined);
        });
        await gate.promise;
        return texts.map(() => [1]);
      },
    };
    const embedder = oneAtATime(slow);
    const leaving = new AbortController();
    const embed = (text: string, { signal } = new AbortController()) =>
      embedder.embed([text], { signal, span: undefined as never });

    const first = embed("first");
    const left = embed("left", leaving).catch(() => "left");
    const second = embed("second");
    await eventually(() => gates.length === 1, "the first is asked");
    leaving.abort();
    expect(await left).to.equal("left");
    gates[0]?.();
    await first;
    await eventually(() => gates.length === 2, "the second is asked");
    gates[1]?.();
    await second;

    expect(order).to.deep.equal(["first", "second"]);
  });
});
