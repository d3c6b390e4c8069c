import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { Model } from "../../agent/ports/ports.ts";
import { textOf } from "../../agent/telemetry/openinference.ts";
import { testApp } from "../support/test-app.ts";

const id = "0192f0c1-2345-7890-abcd-000000000001";
const other = "0192f0c1-2345-7890-abcd-000000000002";

/** Answers each question with its own words, after a while. */
function echoing(ms: number): Model {
  return {
    ping: () => Promise.resolve(),
    async *stream({ messages }, { signal }) {
      await delay(ms, undefined, { signal });
      const content = `re: ${textOf(messages.at(-1)?.content)}`;
      const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" } as const;
      yield [{ ...base, choices: [{ index: 0, delta: { content }, finish_reason: "stop" }] }];
    },
  };
}

describe("requests at once in one conversation", () => {
  const start = (ms: number, environment: Record<string, string> = {}) =>
    testApp("http://127.0.0.1:1/v1", environment, { model: echoing(ms) });
  const ask = async ({ app }: ReturnType<typeof testApp>, prompt: string, conversation = id) => {
    const payload = { prompt, conversation_id: conversation };
    const headers = { host: "localhost" };
    return await app.inject({ method: "POST", url: "/v1/agent", headers, payload });
  };

  it("are answered one after the other: each answer follows its question", async () => {
    const agent = start(20);

    const answers = await Promise.all(["a", "b", "c", "d"].map((prompt) => ask(agent, prompt)));

    const said = answers.map((answer) => answer.json<{ response: string }>().response);
    expect(said).to.deep.equal(["re: a", "re: b", "re: c", "re: d"]);
    const found = await agent.conversations.find(id, "anonymous");
    expect(found?.messages.map(({ content }) => content)).to.deep.equal(
      ["a", "b", "c", "d"].flatMap((prompt) => [prompt, `re: ${prompt}`]),
    );
  });

  it("are so in chat completions too, where they name their conversation", async () => {
    const agent = start(20);
    const complete = (content: string) =>
      agent.app.inject({
        method: "POST",
        url: "/v1/chat/completions",
        headers: { host: "localhost", "x-conversation-id": id },
        payload: { model: "planner", messages: [{ role: "user", content }] },
      });

    await Promise.all([complete("a"), complete("b")]);

    const found = await agent.conversations.find(id, "anonymous");
    expect(found?.messages.map(({ role }) => role)).to.deep.equal([
      "user",
      "assistant",
      "user",
      "assistant",
    ]);
  });

  it("get 409 where too many wait already, and the next one goes on afterwards", async () => {
    const agent = start(50, { AGENT_MAX_QUEUED_RUNS: "1" });

    const answers = await Promise.all(["a", "b", "c"].map((prompt) => ask(agent, prompt)));
    const statuses = answers.map(({ statusCode }) => statusCode);

    expect(statuses.toSorted()).to.deep.equal([200, 200, 409]);
    const refused = answers.find(({ statusCode }) => statusCode === 409);
    expect(refused?.json()).to.have.nested.property("error.code", "conversation_busy");
    expect(Number(refused?.headers["retry-after"])).to.be.greaterThan(0);
    expect((await ask(agent, "d")).statusCode).to.equal(200);
  });

  it("wait no longer than a run may take, and record nothing then", async () => {
    const agent = testApp(
      "http://127.0.0.1:1/v1",
      {},
      { model: echoing(10_000), settings: { run: { ...limits, deadlineMs: 150 } } },
    );

    const [first, second] = await Promise.all([ask(agent, "a"), ask(agent, "b")]);

    expect([first.statusCode, second.statusCode]).to.deep.equal([504, 504]);
    expect(agent.conversations.finished.length).to.equal(agent.conversations.begun.length);
  });

  it("keep no other conversation waiting, and nobody else's of the same id", async () => {
    const agent = start(300, { AGENT_API_KEYS: "one,two" });
    const as = (key: string, conversation: string) =>
      agent.app
        .inject({
          method: "POST",
          url: "/v1/agent",
          headers: { authorization: `Bearer ${key}` },
          payload: { prompt: "x", conversation_id: conversation },
        })
        .then(() => key + conversation.slice(-1));
    const done: string[] = [];

    await Promise.all(
      [as("one", id), as("one", id), as("one", other), as("two", id)].map((answer) =>
        answer.then((who) => done.push(who)),
      ),
    );

    expect(done.at(-1)).to.equal("one1");
    expect(done.slice(0, 3)).to.have.members(["one1", "one2", "two1"]);
  });
});

const limits = {
  toolRounds: 8,
  toolCalls: 24,
  parallelToolCalls: 4,
  toolTimeoutMs: 10_000,
  toolOutputCharacters: 100,
  contextTokens: 100_000,
  turnCharacters: 10_000,
  runCharacters: 20_000,
};
