import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { expect } from "chai";
import { testApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const headers = { "content-type": "application/json", host: "localhost:8000" };
const question = { model: "planner", messages: [{ role: "user", content: "Say two words." }] };

describe("POST /v1/chat/completions", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());
  const complete = (payload: object, environment: Record<string, string> = {}) =>
    testApp(model.baseUrl, environment).app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers,
      payload,
    });

  it("answers with OpenAI's object, metadata of text only, and the runbook's extras", async () => {
    model = await scriptedModel({ text: "two words" });

    const response = await complete(question);

    const body = response.json<Record<string, unknown>>();
    expect(body).to.deep.include({ object: "chat.completion", model: "planner" });
    expect(body["choices"]).to.deep.equal([
      {
        index: 0,
        message: { role: "assistant", content: "two words", refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ]);
    expect(body["usage"]).to.deep.equal({
      prompt_tokens: 3,
      completion_tokens: 2,
      total_tokens: 5,
    });
    expect(body).to.include.keys("conversation_id", "messages", "tool_executions");
    for (const value of Object.values(body["metadata"] as object)) expect(value).to.be.a("string");
  });

  it("streams to the letter: role, deltas, finish, usage, DONE; one id, choices in each", async () => {
    model = await scriptedModel({ text: "two words" });

    const response = await complete({
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    });

    const events = response.body
      .split("\n\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => line.slice(6));
    expect(events.at(-1)).to.equal("[DONE]");
    const chunks = events.slice(0, -1).map(
      (text) =>
        JSON.parse(text) as {
          id: string;
          choices: { delta: object; finish_reason: string | null }[];
          usage: object | null;
        },
    );
    expect(response.headers["content-type"]).to.match(/^text\/event-stream/);
    expect(new Set(chunks.map(({ id }) => id)).size).to.equal(1);
    expect(chunks.map(({ choices }) => choices[0]?.delta)).to.deep.equal([
      { role: "assistant", content: "" },
      { content: "two " },
      { content: "words" },
      {},
      undefined,
    ]);
    expect(chunks[3]?.choices[0]?.finish_reason).to.equal("stop");
    expect(chunks[4]).to.deep.include({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
  });

  it("sends no usage chunk that nobody asked for", async () => {
    model = await scriptedModel({ text: "x" });

    const response = await complete({ ...question, stream: true });

    expect(response.body).not.to.include('"choices":[]');
    expect(response.body).not.to.include('"usage"');
  });

  it("forwards what a model may be told, and says of the rest that nothing is done with it", async () => {
    model = await scriptedModel({ text: "x" });
    const forwarded = {
      temperature: 0.5,
      max_tokens: 7,
      stop: ["."],
      top_k: 20,
      min_p: 0.1,
      repetition_penalty: 1.1,
      thinking: { type: "enabled", budget_tokens: 1024 },
      reasoning: { effort: "low" },
      chat_template_kwargs: { enable_thinking: false },
      prediction: { type: "content", content: "x" },
      store: false,
    };
    const ofAPage = {
      chat_id: "c",
      session_id: "s",
      id: "i",
      features: { web_search: true },
      variables: { "{{USER_NAME}}": "Ada" },
      background_tasks: { title_generation: true },
      web_search_options: {},
      "not a\r\nheader": 1,
    };

    const response = await complete({
      ...question,
      ...forwarded,
      ...ofAPage,
      modalities: ["text"],
      metadata: { mine: "yes" },
    });

    expect(response.statusCode).to.equal(200);
    expect(response.headers["x-ignored-fields"]).to.equal(
      "chat_id, session_id, id, features, variables, background_tasks, web_search_options",
    );
    const [sent = {}] = model.received;
    expect(sent).to.deep.include({ ...forwarded, model: "planner", stream: true });
    expect(sent).not.to.include.any.keys(...Object.keys(ofAPage), "metadata", "modalities");
  });

  it("names no field where everything is understood", async () => {
    model = await scriptedModel({ text: "x" });

    expect((await complete(question)).headers).not.to.have.property("x-ignored-fields");
  });

  it("leaves the client's own tools to the client", async () => {
    model = await scriptedModel({ calls: [{ name: "open_door", args: '{"which": 1}' }] });
    const tool = { type: "function", function: { name: "open_door", parameters: {} } };

    const response = await complete({ ...question, tools: [tool] });

    const { choices } = response.json<{
      choices: { message: { content: null; tool_calls: object[] }; finish_reason: string }[];
    }>();
    expect(choices[0]?.finish_reason).to.equal("tool_calls");
    expect(choices[0]?.message.content).to.equal(null);
    expect(choices[0]?.message.tool_calls[0]).to.deep.include({
      function: { name: "open_door", arguments: '{"which": 1}' },
    });
  });

  const refusals: readonly [string, object, string][] = [
    ["more than one choice", { ...question, n: 2 }, "n"],
    ["an answer that is spoken", { ...question, modalities: ["text", "audio"] }, "modalities.1"],
    ["a model for embeddings", { ...question, model: "embed" }, "model"],
    ["no messages", { ...question, messages: [] }, "messages"],
    [
      "a tool message that answers no call",
      { ...question, messages: [{ role: "tool", tool_call_id: "x", content: "y" }] },
      "messages.0",
    ],
    [
      "two tools of one name",
      { ...question, tools: ["a", "a"].map((name) => ({ type: "function", function: { name } })) },
      "tools",
    ],
  ];
  for (const [what, payload, param] of refusals) {
    it(`refuses ${what}`, async () => {
      model = await scriptedModel();

      const response = await complete(payload);

      expect(response.statusCode).to.equal(400);
      expect(response.json<{ error: object }>().error).to.include({ param });
    });
  }

  it("knows no other model, unless an alias leads to its own", async () => {
    model = await scriptedModel({ text: "x" });

    const unknown = await complete({ ...question, model: "gpt-4" });
    const known = await complete(
      { ...question, model: "gpt-4" },
      { AGENT_MODEL_ALIASES: "gpt-4=planner" },
    );

    expect(unknown.statusCode).to.equal(404);
    expect(unknown.json<{ error: object }>().error).to.include({ code: "model_not_found" });
    expect(known.statusCode).to.equal(200);
    expect(model.received[0]?.["model"]).to.equal("planner");
  });

  const upstream: readonly [number, number, string][] = [
    [401, 502, "upstream_unauthorized"],
    [429, 429, "rate_limit_exceeded"],
    [500, 502, "upstream"],
    [504, 504, "upstream_timeout"],
  ];
  for (const [theirs, ours, code] of upstream) {
    it(`answers ${ours} when the model's server answers ${theirs}`, async () => {
      model = await scriptedModel({ status: theirs, headers: { "retry-after": "7" } });

      const response = await complete({ ...question, stream: true });

      expect(response.statusCode).to.equal(ours);
      expect(response.json<{ error: object }>().error).to.include({ code });
      expect(response.headers["retry-after"]).to.equal(ours === 429 ? "7" : undefined);
    });
  }

  it("answers 504 when the model says nothing in time", async () => {
    model = await scriptedModel({ stall: true });

    expect((await complete(question)).statusCode).to.equal(504);
  });

  it("ends a stream that broke off with an error, and records the run as failed", async () => {
    model = await scriptedModel({ cutAfter: "half an" });
    const { app, conversations } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers,
      payload: { ...question, stream: true },
    });

    expect(response.body).to.include("half an").and.to.include("upstream_interrupted");
    expect(response.body).not.to.include("[DONE]");
    expect(conversations.finished[0]?.status).to.equal("failed");
  });

  it("stops the model and records the run as cancelled when the client leaves", async () => {
    model = await scriptedModel({ stall: true });
    const { app, conversations } = testApp(model.baseUrl, {}, {});
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const call = httpRequest(`${address}/v1/chat/completions`, { method: "POST", headers });
    call.on("error", () => undefined);
    call.end(JSON.stringify(question));
    while (model.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    call.destroy();
    // The model's server hears of it a moment later: mocha's timeout is the bound.
    while (conversations.finished.length === 0 || model.abandoned() === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));

    expect(conversations.finished[0]?.status).to.equal("cancelled");
    app.server.close();
    await once(app.server, "close");
  });
});
