import { expect } from "chai";
import { litellmEmbeddings } from "../../../agent/adapters/litellm-embeddings.ts";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import { recordSpans } from "../../support/recorded-spans.ts";

describe("the adapter to the embeddings", () => {
  let server: ModelServer;
  before(async () => {
    server = await startModelServer({ turns: [] });
  });
  after(() => server.close());

  it("asks within the trace, as its session and user, and leaves the tokens to LiteLLM's span", async () => {
    const recording = recordSpans();
    const parent = recording.tracing.open("CHAIN", "memory.write");
    parent.belongTo({ userId: "key-1/mé", sessionId: "a-conversation" });
    const embedder = litellmEmbeddings({ baseUrl: server.url, apiKey: "a-key", model: "embed" });

    await embedder.embed(["one"], { signal: new AbortController().signal, span: parent });

    const span = recording.span("embeddings");
    const { traceId, spanId } = span.spanContext();
    expect(server.requests[0]?.headers).to.include({
      authorization: "Bearer a-key",
      traceparent: `00-${traceId}-${spanId}-01`,
      baggage: "user.id=key-1%2Fm%C3%A9,session.id=a-conversation",
    });
    expect(span.attributes).to.include({ "session.id": "a-conversation", "user.id": "key-1/mé" });
    expect(Object.keys(span.attributes).join()).not.to.include("token_count");
  });
});
