import { expect } from "chai";
import { testApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const headers = { "content-type": "application/json", host: "localhost:8000" };

describe("POST /v1/agent", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  it("answers with the prompt echoed, the conversation's id and metadata", async () => {
    model = await scriptedModel({ text: "All is well." });
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "How is it?", metadata: { source: "operations-smoke" } },
    });

    const body = response.json<Record<string, unknown>>();
    expect(response.statusCode).to.equal(200);
    expect(body).to.include.keys("conversation_id", "run_id", "created_at", "steps", "usage");
    expect(body["response"]).to.equal("All is well.");
    expect(body["messages"]).to.deep.equal([
      { role: "user", content: "How is it?" },
      { role: "assistant", content: "All is well." },
    ]);
    expect(body["metadata"]).to.deep.include({
      source: "operations-smoke",
      model: "planner",
      stop_reason: "final",
      tool_executions: [],
    });
  });

  it("remembers the conversation that its id names", async () => {
    model = await scriptedModel({ text: "Hello Ada." }, { text: "You are Ada." });
    const { app } = testApp(model.baseUrl);
    const ask = (payload: object) =>
      app.inject({ method: "POST", url: "/v1/agent", headers, payload });

    const first = await ask({ prompt: "I am Ada." });
    const id = first.json<{ conversation_id: string }>().conversation_id;
    await ask({ prompt: "Who am I?", conversation_id: id });

    const messages = model.received[1]?.["messages"] as { role: string; content: string }[];
    expect(messages.slice(1).map(({ content }) => content)).to.deep.equal([
      "I am Ada.",
      "Hello Ada.",
      "Who am I?",
    ]);
  });

  it("runs a tool, gives its result to the model and records the execution", async () => {
    model = await scriptedModel(
      { calls: [{ name: "current_time", args: "{}" }] },
      { text: "It is 2026." },
    );
    const { app, conversations } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "What year is it?", metadata: { tools: ["current_time"] } },
    });

    const { metadata } = response.json<{ metadata: { tool_executions: object[] } }>();
    expect(metadata.tool_executions).to.have.length(1);
    expect(metadata.tool_executions[0]).to.include({ name: "current_time", status: "ok" });
    expect(model.received[0]?.["tool_choice"]).to.equal("required");
    expect(JSON.stringify(model.received[1]?.["messages"])).to.include("2026-01-02");
    expect(conversations.finished[0]).to.include({ status: "completed", stopReason: "final" });
  });

  it("still answers when a tool fails, and says that it did", async () => {
    model = await scriptedModel(
      { calls: [{ name: "web_search", args: '{"query": "qdrant"}' }] },
      { text: "I could not search." },
    );
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "Search.", metadata: { tools: ["web_search"] } },
    });

    const { metadata, response: answer } = response.json<{
      response: string;
      metadata: { tool_executions: { status: string; error: string }[] };
    }>();
    expect(response.statusCode).to.equal(200);
    expect(answer).to.equal("I could not search.");
    expect(metadata.tool_executions[0]?.status).to.equal("error");
    expect(metadata.tool_executions[0]?.error).to.include("No search service");
  });

  it("lets a model that can't call tools choose one through a schema", async () => {
    model = await scriptedModel(
      { text: '{"tool": "current_time", "arguments": {}}' },
      { text: "It is 2026." },
    );
    const { app } = testApp(model.baseUrl, { AGENT_TOOL_CALLING: "schema" });

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "What year is it?", metadata: { tools: ["current_time"] } },
    });

    expect(model.received[0]?.["response_format"]).to.have.property("type", "json_schema");
    expect(model.received[0]).not.to.have.property("tools");
    expect(response.json<{ response: string }>().response).to.equal("It is 2026.");
  });

  it("stops a model that repeats itself, and still answers", async () => {
    const again = { calls: [{ name: "current_time", args: "{}" }] };
    model = await scriptedModel(again, again, again, { text: "Enough." });
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "Loop." },
    });

    const { metadata, response: answer } = response.json<{
      response: string;
      metadata: { stop_reason: string };
    }>();
    expect(answer).to.equal("Enough.");
    expect(metadata.stop_reason).to.equal("loop_detected");
    expect(model.received.at(-1)?.["tool_choice"]).to.equal("none");
  });

  it("refuses a tool that there is not, and says which parameter is wrong", async () => {
    model = await scriptedModel();
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "x", metadata: { tools: ["rm_rf"] } },
    });

    expect(response.statusCode).to.equal(400);
    expect(response.json<{ error: object }>().error).to.include({
      type: "invalid_request_error",
      param: "metadata.tools",
    });
    expect(model.received).to.deep.equal([]);
  });

  it("streams the answer and ends with the whole of it", async () => {
    model = await scriptedModel({ text: "one two" });
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "Count.", stream: true },
    });

    const lines = response.body.split("\n\n").filter((line) => line.startsWith("data: "));
    expect(lines.slice(0, 2)).to.deep.equal(['data: {"delta":"one "}', 'data: {"delta":"two"}']);
    expect(JSON.parse(lines[2]?.slice(6) ?? "")).to.have.property("response", "one two");
    expect(lines.at(-1)).to.equal("data: [DONE]");
  });
});
