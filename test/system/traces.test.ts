import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { postToAgent } from "../support/agent-calls.ts";
import { eventually } from "../support/eventually.ts";
import { type PhoenixSpan, spansOf, tokensOf, traceWith } from "../support/phoenix-spans.ts";
import { postToLitellm } from "../support/post-to-litellm.ts";

interface Answer {
  readonly conversation_id: string;
  readonly metadata: {
    readonly trace_id: string;
    readonly tool_executions: readonly { readonly status: string }[];
  };
  readonly usage: { readonly total_tokens: number };
}

async function say(prompt: string, more: object = {}): Promise<Answer> {
  const response = await postToAgent("/v1/agent", { prompt, ...more });
  expect(response.status).to.equal(200);
  return (await response.json()) as Answer;
}

const callsIn = (spans: readonly PhoenixSpan[]) =>
  spans.filter(({ name }) => name === "litellm_request");

describe("a run's trace in Phoenix", () => {
  let answer: Answer;
  let spans: readonly PhoenixSpan[];
  before(async () => {
    const { conversation_id } = await say("Say hello.");
    answer = await say("What time is it?", {
      conversation_id,
      metadata: { tools: ["current_time"] },
    });
    const { trace_id: traceId } = answer.metadata;
    // Both messages of the run are remembered, one by one or together.
    await traceWith(traceId, ["agent.run", "memory.recall", "current_time", "memory.write"]);
    const asked = (found: readonly PhoenixSpan[]) =>
      found.filter(({ name }) => name === "embeddings" || name.startsWith("chat "));
    const isWhole = async () => {
      spans = await spansOf(traceId);
      return callsIn(spans).length === asked(spans).length;
    };
    await eventually(isWhole, "LiteLLM's spans came, one for each question to it", 120_000);
  });

  it("is one tree, LiteLLM's calls below those who made them", () => {
    const ids = new Map(spans.map((span) => [span.context.span_id, span]));
    const roots = spans.filter(({ parent_id: parent }) => parent === null || !ids.has(parent));
    const kinds = new Set(spans.map(({ span_kind: kind }) => kind));

    expect(roots.map(({ name }) => name)).to.deep.equal(["agent.run"]);
    expect([...kinds]).to.have.members(["AGENT", "RETRIEVER", "EMBEDDING", "LLM", "TOOL", "CHAIN"]);
    for (const call of callsIn(spans)) {
      expect(ids.get(call.parent_id ?? "")?.name).to.match(/^(embeddings|chat planner)$/);
    }
  });

  it("is of one session and one user in every span", () => {
    for (const { name, attributes } of spans) {
      expect(attributes, name).to.include({
        "session.id": answer.conversation_id,
        "user.id": "anonymous",
      });
    }
  });

  it("has each token once", async () => {
    const { total_tokens: total } = answer.usage;

    expect(answer.metadata.tool_executions).to.have.lengthOf(1);
    expect(total).to.be.greaterThan(0);
    expect(await tokensOf(answer.metadata.trace_id)).to.deep.equal({ shown: total, priced: total });
  });
});

describe("a call to LiteLLM from outside a run", () => {
  const question = { model: "planner", messages: [{ role: "user", content: "Say hello." }] };

  it("is counted once, too, under whom it names", async () => {
    const user = `person-${randomBytes(4).toString("hex")}`;
    const traceId = randomBytes(16).toString("hex");
    const traceparent = `00-${traceId}-${randomBytes(8).toString("hex")}-01`;
    const session = { metadata: { session_id: `${user}-session` } };

    const response = await postToLitellm(
      "/v1/chat/completions",
      { ...question, ...session, user },
      { traceparent },
    );
    const { usage } = (await response.json()) as { usage: { total_tokens: number } };

    const [call, ...others] = await traceWith(traceId, ["litellm_request"]);
    expect(others).to.deep.equal([]);
    expect(call?.attributes).to.include({
      "llm.token_count.total": usage.total_tokens,
      "session.id": `${user}-session`,
      "user.id": user,
    });
  });
});
