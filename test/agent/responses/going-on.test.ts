import type { Response } from "openai/resources/responses/responses";
import { expect } from "chai";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import type { Turn } from "../../support/model-turn.ts";
import { responseCalls } from "../../support/response-calls.ts";
import { testApp, type TestApp } from "../../support/test-app.ts";

const tools = [{ type: "function", name: "get_weather" }];
const callWeather: Turn = { calls: [{ name: "get_weather", args: "{}", id: "call_w" }] };
const rain = { type: "function_call_output", call_id: "call_w", output: "Rain." };

describe("a response that goes on", () => {
  let server: ModelServer;
  let agent: TestApp;
  afterEach(() => server.close());
  async function start(turns: readonly Turn[], environment = {}) {
    server = await startModelServer({ turns });
    agent = testApp(server.url, environment);
    return responseCalls(agent.app);
  }
  const told = () =>
    (server.requests.at(-1)?.body["messages"] ?? []) as {
      readonly role: string;
      readonly content: unknown;
    }[];
  const words = () => told().map(({ role, content }) => `${role}: ${String(content)}`);

  it("from another has what was said there, in one conversation, without its instructions", async () => {
    const calls = await start([{ text: "One." }, { text: "Two." }, { text: "Three." }]);

    const first = await calls.create({ input: "a", instructions: "Only once." });
    const second = await calls.create({ input: "b", previous_response_id: first.body.id });
    const third = await calls.create({ input: "c", previous_response_id: second.body.id });

    expect(words()).to.deep.equal([
      ...["user: a", "assistant: One.", "user: b", "assistant: Two.", "user: c"],
    ]);
    expect(third.body.previous_response_id).to.equal(second.body.id);
    expect(third.body.conversation).to.deep.equal(first.body.conversation);
  });

  it("from an older one knows nothing of what was said after that", async () => {
    const calls = await start([
      { text: "One." },
      { text: "Two." },
      { text: "Other." },
      { text: "Last." },
    ]);

    const first = await calls.create({ input: "a" });
    await calls.create({ input: "b", previous_response_id: first.body.id });
    const branch = await calls.create({ input: "B", previous_response_id: first.body.id });
    await calls.create({ input: "c", previous_response_id: branch.body.id });

    expect(words()).to.deep.equal([
      ...["user: a", "assistant: One.", "user: B", "assistant: Other.", "user: c"],
    ]);
  });

  it("brings the results of the client's tools, after what ours found", async () => {
    const ours: Turn = { calls: [{ name: "current_time", args: "{}", id: "call_t" }] };
    const calls = await start([ours, callWeather, { text: "It rains." }]);

    const first = await calls.create({ input: "Weather?", tools });
    const second = await calls.create({
      input: [rain],
      tools,
      previous_response_id: first.body.id,
    });

    expect(second.status).to.equal(200);
    expect(told().map(({ role }) => role)).to.deep.equal([
      ...["user", "assistant", "tool", "assistant", "tool"],
    ]);
  });

  it("with results of no call of its own is refused", async () => {
    const calls = await start([{ text: "One." }]);

    const first = await calls.create({ input: "a" });
    const second = await calls.create({ input: [rain], previous_response_id: first.body.id });

    expect(second.status).to.equal(400);
    expect(second.error.message).to.include("No tool call found");
  });

  it("without an answer to a call leaves the call out", async () => {
    const calls = await start([callWeather, { text: "Well." }]);

    const first = await calls.create({ input: "Weather?", tools });
    await calls.create({ input: "Never mind.", tools, previous_response_id: first.body.id });

    expect(words()).to.deep.equal(["user: Weather?", "user: Never mind."]);
  });

  it("by sending all items back has our rounds before the client's", async () => {
    const ours: Turn = { calls: [{ name: "current_time", args: "{}", id: "call_t" }] };
    const calls = await start([ours, callWeather, { text: "It rains." }]);
    const question = { role: "user", content: "Weather?" };

    const first = await calls.create({ input: [question], tools });
    const call = first.body.output.filter(({ type }) => type === "function_call");
    await calls.create({ input: [question, ...call, rain], tools });

    expect(told().map(({ role }) => role)).to.deep.equal([
      ...["user", "assistant", "tool", "assistant", "tool"],
    ]);
  });

  it("by references has the items that they stand for", async () => {
    const calls = await start([{ text: "One." }, { text: "Two." }]);

    const first = await calls.create({ input: "a" });
    const references = first.body.output.map(({ id }) => ({ type: "item_reference", id }));
    await calls.create({
      input: [{ role: "user", content: "a" }, ...references, { role: "user", content: "b" }],
    });

    expect(words()).to.deep.equal(["user: a", "assistant: One.", "user: b"]);
  });

  it("gives a provider its reasoning back, sealed or by its id", async () => {
    const delta = (fields: object) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: fields, finish_reason: null }] })}\n\n`;
    const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] })}\n\n`;
    const call = { index: 0, id: "call_w", function: { name: "get_weather", arguments: "{}" } };
    const raw = `${delta({ reasoning_content: "Hm." })}${delta({ tool_calls: [call] })}${end}data: [DONE]\n\n`;
    const turn: Turn = { raw, contentType: "text/event-stream" };
    const calls = await start([turn, { text: "a" }, turn, { text: "b" }]);
    const question = { role: "user", content: "Weather?" };

    for (const include of [["reasoning.encrypted_content"], []]) {
      const first: { readonly body: Response } = await calls.create({
        input: [question],
        tools,
        include,
      });
      const input = [question, ...first.body.output, rain];
      expect((await calls.create({ input, tools, store: false })).status).to.equal(200);
      expect(told()[1]).to.deep.include({ role: "assistant", reasoning_content: "Hm." });
    }
  });

  it("in a conversation has what was said in it", async () => {
    const calls = await start([{ text: "One." }, { text: "Two." }, { text: "Three." }]);
    const conversation = "018f3c00-0000-7000-8000-000000000001";

    await calls.create({ input: "a", conversation });
    const second = await calls.create({ input: "b", conversation: { id: conversation } });
    await calls.create({ input: "c", previous_response_id: second.body.id });

    expect(second.body.conversation).to.deep.equal({ id: conversation });
    expect(words()).to.deep.equal([
      ...["user: a", "assistant: One.", "user: b", "assistant: Two.", "user: c"],
    ]);
  });

  it("is not found by another owner", async () => {
    const keys = { AGENT_API_KEYS: "mine,other" };
    server = await startModelServer({ turns: [{ text: "One." }] });
    const { app } = testApp(server.url, keys);
    const mine = responseCalls(app, { authorization: "Bearer mine" });
    const other = responseCalls(app, { authorization: "Bearer other" });
    const { body } = await mine.create({ input: "a" });
    const [item] = body.output;

    const onward = await other.create({ input: "b", previous_response_id: body.id });
    const reference = await other.create({ input: [{ type: "item_reference", id: item?.id }] });

    expect(onward.error.code).to.equal("previous_response_not_found");
    expect(reference.status).to.equal(400);
    for (const ask of [other.get, other.cancel, other.remove]) {
      expect((await ask(body.id)).status).to.equal(404);
    }
    expect((await mine.get(body.id)).status).to.equal(200);
  });
});
