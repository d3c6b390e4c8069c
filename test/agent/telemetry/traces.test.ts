import { expect } from "chai";
import { testApp } from "../../support/test-app.ts";
import { type Recording, recordSpans } from "../../support/recorded-spans.ts";
import { scriptedModel, type ScriptedModel } from "../../support/scripted-model.ts";

const headers = { host: "localhost", "content-type": "application/json" };
const caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("a run's trace", () => {
  let model: ScriptedModel;
  let recording: Recording;
  beforeEach(() => {
    recording = recordSpans();
  });
  afterEach(() => model.close());

  const ask = (payload: object, extra: Record<string, string> = {}, environment = {}) =>
    testApp(model.baseUrl, environment, { tracing: recording.tracing }).app.inject({
      method: "POST",
      url: "/v1/agent",
      headers: { ...headers, ...extra },
      payload: { prompt: "What year is it?", ...payload },
    });

  it("is a tree of the agent, its turns and its tools", async () => {
    model = await scriptedModel(
      { calls: [{ name: "current_time", args: '{"time_zone":"UTC"}' }] },
      { text: "It is 2026." },
    );

    const body = (await ask({ metadata: { tools: ["current_time"] } })).json<{
      conversation_id: string;
      metadata: { trace_id: string };
      steps: { trace_id: string }[];
    }>();

    const root = recording.span("agent.run");
    const kinds = recording.spans.map((span) => span.attributes["openinference.span.kind"]);
    expect(kinds).to.deep.equal(["LLM", "TOOL", "LLM", "AGENT"]);
    for (const span of recording.spans) {
      expect(span.attributes).to.include({
        "session.id": body.conversation_id,
        "user.id": "anonymous",
      });
      expect(span.spanContext().traceId).to.equal(body.metadata.trace_id);
      if (span === root) continue;
      expect(span.parentSpanContext?.spanId).to.equal(root.spanContext().spanId);
    }
    expect(root.parentSpanContext).to.equal(undefined);
    expect(root.attributes).to.include({
      "agent.name": "agent",
      "input.value": "What year is it?",
      "output.value": "It is 2026.",
    });
    expect(JSON.parse(String(root.attributes["metadata"]))).to.deep.include({
      endpoint: "agent",
      status: "completed",
      stop_reason: "final",
    });
    expect(body.steps[0]?.trace_id).to.equal(body.metadata.trace_id);
  });

  it("tells of each turn what it was sent, and leaves its tokens to LiteLLM's span", async () => {
    model = await scriptedModel(
      { calls: [{ name: "current_time", args: "{}" }] },
      { text: "It is 2026." },
    );

    await ask({ metadata: { tools: ["current_time"] }, temperature: 0.5 });

    const [first, tool, second] = recording.spans;
    expect(first?.attributes).to.include({
      "llm.model_name": "planner",
      "llm.provider": "litellm",
      "llm.input_messages.1.message.role": "user",
      "llm.input_messages.1.message.content": "What year is it?",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "current_time",
      "llm.finish_reason": "tool_calls",
    });
    const told = recording.spans.flatMap(({ attributes }) => Object.keys(attributes));
    expect(told.filter((name) => name.includes("token_count"))).to.deep.equal([]);
    expect(JSON.parse(String(first?.attributes["llm.invocation_parameters"]))).to.include({
      temperature: 0.5,
      tool_choice: "required",
    });
    expect(first?.attributes["llm.tools.0.tool.json_schema"]).to.include("current_time");
    expect(tool?.attributes).to.include({ "tool.name": "current_time", "tool.id": "call_0" });
    expect(tool?.attributes["tool.parameters"]).to.equal("{}");
    expect(tool?.attributes["output.value"]).to.include("2026-01-02");
    expect(second?.attributes["llm.output_messages.0.message.content"]).to.equal("It is 2026.");
  });

  it("tells what the model thought, and not what is for its provider alone", async () => {
    const block = { type: "thinking", thinking: "The clock knows.", signature: "opaque" };
    model = await scriptedModel(
      {
        opening: [{ reasoning_content: "The clock knows.", thinking_blocks: [block] }],
        calls: [{ name: "current_time", args: "{}" }],
      },
      { text: "It is 2026." },
    );

    await ask({});

    const [first, , second] = recording.spans;
    const part = "message.contents.0.message_content";
    expect(first?.attributes).to.include({
      [`llm.output_messages.0.${part}.type`]: "reasoning",
      [`llm.output_messages.0.${part}.text`]: "The clock knows.",
    });
    expect(second?.attributes).to.include({
      [`llm.input_messages.2.${part}.text`]: "The clock knows.",
    });
    expect(JSON.stringify(recording.spans.map(({ attributes }) => attributes))).not.to.include(
      "opaque",
    );
  });

  it("goes on at the model's server, below the turn that called it, as the same session and user", async () => {
    model = await scriptedModel({ text: "Well." });

    const key = "trusted-key";
    const trusted = { authorization: `Bearer ${key}`, "x-openwebui-user-id": "a, b=1" };
    const answer = await ask({}, trusted, { OPENWEBUI_AGENT_KEY: key });
    const { conversation_id: conversation } = answer.json<{ conversation_id: string }>();

    const turn = recording.span("chat planner");
    const { traceId, spanId } = turn.spanContext();
    expect(model.headers[0]?.["traceparent"]).to.equal(`00-${traceId}-${spanId}-01`);
    expect(turn.attributes["user.id"]).to.equal("a, b=1");
    expect(model.headers[0]?.["baggage"]).to.equal(
      `user.id=a%2C%20b%3D1,session.id=${conversation}`,
    );
  });

  it("is a stranger's by a link only, and part of a trusted caller's", async () => {
    model = await scriptedModel({ text: "One." }, { text: "Two." });
    const keys = { AGENT_API_KEYS: "a-key", OPENWEBUI_AGENT_KEY: "trusted-key" };
    const call = (key: string) =>
      ask({}, { authorization: `Bearer ${key}`, traceparent: caller }, keys);

    await call("a-key");
    await call("trusted-key");

    const [stranger, friend] = recording.spans.filter(({ name }) => name === "agent.run");
    expect(stranger?.spanContext().traceId).not.to.equal("0af7651916cd43dd8448eb211c80319c");
    expect(stranger?.links[0]?.context.spanId).to.equal("b7ad6b7169203331");
    expect(friend?.spanContext().traceId).to.equal("0af7651916cd43dd8448eb211c80319c");
    expect(friend?.parentSpanContext?.spanId).to.equal("b7ad6b7169203331");
  });

  it("shows where it failed, and keeps what had come by then", async () => {
    model = await scriptedModel({ cutAfter: "Half an ans" });

    const response = await ask({});

    const turn = recording.span("chat planner");
    expect(response.statusCode).to.equal(502);
    for (const span of [turn, recording.span("agent.run")]) {
      expect(span.status).to.include({ code: 2, message: "The model's answer broke off." });
      expect(span.events[0]).to.have.property("name", "exception");
      expect(span.events[0]?.attributes).to.include({ "exception.type": "ApiError" });
    }
    expect(turn.attributes["output.value"]).to.equal("Half an ans");
    expect(turn.attributes).not.to.have.property("llm.finish_reason");
  });

  it("shows a tool's failure, though the run goes well", async () => {
    model = await scriptedModel(
      { calls: [{ name: "web_search", args: '{"query":"x"}' }] },
      { text: "No search today." },
    );

    await ask({ metadata: { tools: ["web_search"] } });

    expect(recording.span("web_search").status.code).to.equal(2);
    expect(recording.span("agent.run").status.code).to.equal(0);
  });

  it("has no more of a tool's output than the model is given", async () => {
    model = await scriptedModel(
      { calls: [{ name: "web_search", args: '{"query":"x"}' }] },
      { text: "A long page." },
    );
    const found = [{ title: "x", url: "https://x.example", snippet: "y".repeat(100_000) }];
    const search = { search: () => Promise.resolve(found) };
    const { tracing } = recording;
    const { app } = testApp(
      model.baseUrl,
      { AGENT_TOOL_OUTPUT_CHARACTERS: "1000" },
      { tracing, search },
    );

    await app.inject({ method: "POST", url: "/v1/agent", headers, payload: { prompt: "x" } });

    const output = String(recording.span("web_search").attributes["output.value"]);
    expect(output).to.include("yyy").and.to.have.length.lessThan(1500);
  });

  it("ends for a conversation that is not there, too", async () => {
    model = await scriptedModel();
    const { app, conversations } = testApp(model.baseUrl, {}, { tracing: recording.tracing });
    conversations.begin = () => Promise.reject(new Error("no such conversation"));

    await app.inject({ method: "POST", url: "/v1/agent", headers, payload: { prompt: "x" } });

    expect(recording.span("agent.run").status.code).to.equal(2);
  });
});

describe("a trace without a collector", () => {
  it("still has an id, in the answer and on the way to the model", async () => {
    const model = await scriptedModel({ text: "Well." });
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "x" },
    });

    const { metadata } = response.json<{ metadata: { trace_id: string } }>();
    expect(metadata.trace_id)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.match(/^0+$/);
    expect(model.headers[0]?.["traceparent"]).to.include(metadata.trace_id);
    await model.close();
  });
});
