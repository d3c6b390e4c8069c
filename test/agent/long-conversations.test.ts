import { expect } from "chai";
import type { ChatBody } from "../support/model-server.ts";
import { startModelServer } from "../support/model-server.ts";
import type { Turn } from "../support/model-turn.ts";
import { testApp } from "../support/test-app.ts";

const window = 8192;
const headers = { host: "localhost" };

/** Six hundred characters each; what a model counts for one is measured by the stack's small local model. */
const scripts = {
  English: { piece: "The committee has decided to postpone the meeting. ", tokens: 0.18 },
  Chinese: { piece: "今天的天气非常好，我们决定去公园散步。", tokens: 1.9 },
  Thai: { piece: "วันนี้อากาศดีมาก เราจึงตัดสินใจไปเดินเล่น", tokens: 1.9 },
  emoji: { piece: "😀🎉🚀🌍🔥✨", tokens: 1.7 },
  base64: { piece: "6R0TzXqkV2hJcD9wLmA4sGfYpNbUe3Qi", tokens: 0.85 },
} as const;

/** Counts like a tokenizer with a small vocabulary, and refuses what its window does not hold. */
function countingTurn({ messages }: ChatBody, refusal: (tokens: number) => string): Turn {
  const text = (messages as readonly { content: unknown }[]).map(({ content }) => String(content));
  const tokens = text.reduce((sum, each) => sum + 4 + tokensOf(each), 0);
  if (tokens > window) return { status: 400, message: refusal(tokens) };
  const usage = { prompt_tokens: tokens, completion_tokens: 2, total_tokens: tokens + 2 };
  return { text: "Understood.", usage };
}

function tokensOf(text: string): number {
  const script = Object.values(scripts).find(({ piece }) => text.startsWith(piece.slice(0, 6)));
  return Math.ceil(text.length * (script?.tokens ?? 0.25));
}

describe("a conversation longer than the model's window", () => {
  const refusals = {
    "with numbers": (tokens: number) =>
      `This model's maximum context length is ${window} tokens. However, your messages resulted in ${tokens} tokens.`,
    "without numbers": () => "the request exceeds the available context size, try increasing it",
  } as const;
  for (const [how, refusal] of Object.entries(refusals)) {
    for (const [script, { piece }] of Object.entries(scripts)) {
      it(`of ${script} goes on, by a provider that refuses ${how}`, async () => {
        const model = await startModelServer({ turns: (body) => countingTurn(body, refusal) });
        const agent = testApp(model.url, { AGENT_CONTEXT_TOKENS: "6144" });
        const prompt = piece.repeat(Math.ceil(600 / piece.length));
        let id: string | undefined;

        for (let message = 0; message < 21; message++) {
          const payload = { prompt, ...(id !== undefined && { conversation_id: id }) };
          const response = await agent.app.inject({
            method: "POST",
            url: "/v1/agent",
            headers,
            payload,
          });
          expect(response.statusCode, `message ${message}: ${response.body}`).to.equal(200);
          id = response.json<{ conversation_id: string }>().conversation_id;
        }
        // The last of what was said before is told, not only the question.
        const last = model.requests.at(-1)?.body["messages"] as readonly object[];
        expect(last.length).to.be.greaterThan(4);
        await model.close();
      });
    }
  }

  it("is asked once more only, and then the provider's refusal is the answer", async () => {
    const message = "prompt is too long: 210000 tokens > 200000 maximum";
    const model = await startModelServer({ turns: () => ({ status: 400, message }) });
    const agent = testApp(model.url);
    const messages = Array.from({ length: 9 }, (_, index) => ({
      role: index % 2 === 0 ? "user" : "assistant",
      content: "word ".repeat(200),
    }));

    const response = await agent.app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers,
      payload: { model: "planner", messages },
    });

    expect(response.statusCode).to.equal(400);
    expect(response.json<{ error: object }>().error).to.include({
      code: "context_length_exceeded",
    });
    expect(model.requests).to.have.length(2);
    await model.close();
  });

  it("whose last question alone is too long is refused without a second try", async () => {
    const model = await startModelServer({
      turns: (body) => countingTurn(body, refusals["with numbers"]),
    });
    const agent = testApp(model.url);

    const response = await agent.app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: scripts.Chinese.piece.repeat(300) },
    });

    expect(response.statusCode).to.equal(400);
    expect(model.requests).to.have.length(1);
    await model.close();
  });
});
