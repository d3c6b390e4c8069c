import { expect } from "chai";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import type { Turn } from "../support/model-turn.ts";
import { type Recording, recordSpans } from "../support/recorded-spans.ts";
import { testApp } from "../support/test-app.ts";

const headers = { host: "localhost", "content-type": "application/json" };
const question = { model: "planner", messages: [{ role: "user", content: "Say two words." }] };

/** What LiteLLM says with an answer of its model `planner`. */
const ofPlanner = {
  "x-litellm-model-name": "openrouter/openai/gpt-6-luna",
  "x-litellm-model-group": "planner",
  "x-litellm-attempted-fallbacks": "0",
};
const ofFallback = {
  "x-litellm-model-name": "openai/local",
  "x-litellm-model-group": "fallback",
  "x-litellm-attempted-fallbacks": "1",
};

describe("the model that answered", () => {
  let server: ModelServer;
  let recording: Recording;
  beforeEach(() => {
    recording = recordSpans();
  });
  afterEach(() => server.close());

  async function appWith(...turns: Turn[]) {
    server = await startModelServer({ turns });
    const test = testApp(server.url, {}, { tracing: recording.tracing });
    const post = (url: string, payload: object) =>
      test.app.inject({ method: "POST", url, headers, payload });
    return { ...test, post };
  }

  it("is named by an answer of /v1/agent, beside the name that it was asked for by", async () => {
    const { post } = await appWith({ text: "two words", headers: ofPlanner });

    const { metadata } = (await post("/v1/agent", { prompt: "Hello?" })).json<{
      metadata: object;
    }>();

    expect(metadata).to.include({
      model: ofPlanner["x-litellm-model-name"],
      requested_model: "planner",
      fallback: false,
    });
  });

  it("is said to be a fallback where one stood in, in the answer, the record, the trace and the metrics", async () => {
    const { app, conversations, post } = await appWith({ text: "two words", headers: ofFallback });

    const { metadata, run_id: id } = (await post("/v1/agent", { prompt: "Hello?" })).json<{
      metadata: object;
      run_id: string;
    }>();

    expect(metadata).to.include({
      model: "openai/local",
      requested_model: "planner",
      fallback: true,
    });
    expect(conversations.finished.find((run) => run.id === id)).to.include({
      answeredBy: "openai/local",
    });
    const root = recording.span("agent.run").attributes;
    expect(JSON.parse(String(root["metadata"]))).to.include({
      model: "planner",
      answered_by: "openai/local",
      fallback: true,
    });
    expect(recording.span("chat planner").attributes["llm.model_name"]).to.equal("openai/local");
    const metrics = (await app.inject({ method: "GET", url: "/metrics", headers })).body;
    expect(metrics).to.include('agent_fallback_runs_total{model="openai/local"} 1');
    expect(metrics).to.include('agent_tokens_total{model="openai/local",kind="prompt"} 3');
  });

  it("is the model of a chat completion, whole or in every chunk", async () => {
    const { post } = await appWith(
      { text: "two words", headers: ofFallback },
      { text: "two words", headers: ofFallback },
    );

    const whole = (await post("/v1/chat/completions", question)).json<{
      model: string;
      metadata: object;
    }>();
    const streamed = await post("/v1/chat/completions", {
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    });

    expect(whole.model).to.equal("openai/local");
    expect(whole.metadata).to.include({ fallback: "true" });
    const models = [...streamed.body.matchAll(/"model":"([^"]+)"/g)].map(([, name]) => name);
    expect(models.length).to.be.greaterThan(3);
    expect(new Set(models)).to.deep.equal(new Set(["openai/local"]));
  });

  it("is the one that went on where LiteLLM changed over in the midst of an answer", async () => {
    const chunk = (model: string, content: string, finish: string | null = null) =>
      `data: ${JSON.stringify({ model, choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;
    const raw = chunk("planner", "two ") + chunk("fallback", "words", "stop") + "data: [DONE]\n\n";
    const { post } = await appWith({ raw, headers: ofPlanner });

    const { metadata } = (await post("/v1/agent", { prompt: "Hello?" })).json<{
      metadata: object;
    }>();

    expect(metadata).to.include({ model: "fallback", fallback: true });
  });

  it("is the name that was asked for where the server says none", async () => {
    const { post } = await appWith({ text: "two words" });

    expect((await post("/v1/chat/completions", question)).json()).to.include({ model: "planner" });
  });
});
