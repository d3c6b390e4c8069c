import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { breaker } from "../../../agent/adapters/breaker.ts";
import { guardedEmbedder, guardedSearch, guardedVectors } from "../../../agent/adapters/guarded.ts";
import { litellmEmbeddings } from "../../../agent/adapters/litellm-embeddings.ts";
import { isOwnAnswer } from "../../../agent/adapters/neighbour-answer.ts";
import { qdrantMemory } from "../../../agent/adapters/qdrant-memory.ts";
import { searxng } from "../../../agent/adapters/searxng.ts";
import { RefusedInput } from "../../../agent/errors/refused-input.ts";
import { recordSpans } from "../../support/recorded-spans.ts";

const never = new AbortController().signal;
const scope = { userId: "ada", conversationId: "c" };
const point = {
  id: "p",
  vector: [1],
  payload: {
    user_id: "ada",
    conversation_id: "c",
    message_id: "m",
    role: "user",
    text: "a secret",
    created_at: "2026-01-01T00:00:00.000Z",
    embedding_model: "embed",
  },
};

/** Each neighbour behind a breaker that opens at the first failure that counts. */
describe("a neighbour that answers", () => {
  let server: Server;
  let status: number;
  let url: string;
  beforeEach(async () => {
    server = createServer((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error: { message: "no: a secret" }, results: [] }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterEach(() => server.close());

  const guard = () =>
    breaker({ service: "It", failures: 1, openMs: 60_000, isHarmless: isOwnAnswer });
  const neighbours: Readonly<Record<string, () => () => Promise<unknown>>> = {
    "the embedding server": () => {
      const server = { baseUrl: `${url}/v1`, apiKey: "k", model: "embed" };
      const embedder = guardedEmbedder(litellmEmbeddings(server), guard());
      const span = recordSpans().tracing.open("CHAIN", "a test");
      return () => embedder.embed(["a secret"], { signal: never, span });
    },
    "Qdrant, asked to write": () => {
      const vectors = qdrantMemory({ url, apiKey: undefined, alias: "memory" });
      const guarded = guardedVectors(vectors, guard());
      return () => guarded.upsert([point], never);
    },
    "Qdrant, asked to find": () => {
      const vectors = qdrantMemory({ url, apiKey: undefined, alias: "memory" });
      const guarded = guardedVectors(vectors, guard());
      return () => guarded.search([1], scope, 1, never);
    },
    "the search service": () => {
      const guarded = guardedSearch(searxng(url), guard());
      return () => guarded.search({ text: "a secret", maxResults: 1 }, never);
    },
  };
  const failureOf = (action: Promise<unknown>) =>
    action.then(
      () => undefined,
      (error: unknown) => error as Error,
    );

  for (const [name, start] of Object.entries(neighbours)) {
    for (const answered of [400, 401, 404, 413, 422, 429, 500]) {
      it(`shuts out nobody: ${name} with ${answered}`, async () => {
        status = answered;
        const ask = start();

        for (let count = 0; count < 3; count++) {
          const failure = await failureOf(ask());
          expect(failure?.message).to.include(answered).and.not.to.include("not asked just now");
        }
      });
    }

    for (const answered of [502, 503, 504]) {
      it(`is spared while a gateway says that it is away: ${name} with ${answered}`, async () => {
        status = answered;
        const ask = start();
        await failureOf(ask());

        expect((await failureOf(ask()))?.message).to.include("not asked just now");
      });
    }
  }

  for (const name of ["the embedding server", "Qdrant, asked to write"]) {
    it(`tells what would be refused each time from what may succeed later: ${name}`, async () => {
      const kinds: Record<number, boolean> = {};
      for (const answered of [400, 413, 422, 401, 404, 429, 500, 503]) {
        status = answered;
        const failure = await failureOf(neighbours[name]?.()() ?? Promise.resolve());
        kinds[answered] = failure instanceof RefusedInput;
        if (kinds[answered]) expect(failure?.message).not.to.include("secret");
      }

      expect(Object.keys(kinds).filter((each) => kinds[Number(each)])).to.deep.equal([
        "400",
        "413",
        "422",
      ]);
    });
  }
});
