import { expect } from "chai";
import OpenAI from "openai";
import { inTheMiddleOf, postToAgent, runsThatAre } from "../support/agent-calls.ts";
import { docker, systemStack } from "../support/system-stack.ts";

describe("the agent, by the runbook's own requests", () => {
  it("is healthy, and so is what it works with", async () => {
    const response = await fetch(`${systemStack().url("agent")}/healthz`);

    expect(await response.json()).to.deep.equal({
      status: "ok",
      services: { postgres: "ok", litellm: "ok", qdrant: "ok", searxng: "ok", phoenix: "ok" },
    });
  });

  it("shows Qdrant's collections, the memory's among them", async () => {
    const response = await fetch(`${systemStack().url("qdrant")}/collections`);

    const { result } = (await response.json()) as { result: { collections: { name: string }[] } };
    expect(result.collections.map(({ name }) => name).join()).to.match(/agent_memory_v1_384_/);
  });

  it("completes a prompt through LiteLLM and the local model", async () => {
    const response = await postToAgent("/v1/agent", {
      prompt: "Summarise the stack services in one sentence.",
      metadata: { source: "operations-smoke" },
    });

    const body = (await response.json()) as Record<string, unknown>;
    expect(response.status).to.equal(200);
    expect(body["response"]).to.be.a("string").with.length.greaterThan(0);
    expect(body["conversation_id"]).to.match(/^[0-9a-f-]{36}$/);
    expect((body["messages"] as object[])[0]).to.deep.equal({
      role: "user",
      content: "Summarise the stack services in one sentence.",
    });
    const { total_tokens: tokens } = body["usage"] as { total_tokens: number };
    expect(tokens).to.be.greaterThan(0);
  });

  it("answers a chat completion without streaming, with its message in the first choice", async () => {
    const response = await postToAgent("/v1/chat/completions", {
      model: "planner",
      messages: [
        { role: "system", content: "You are a helpful agent." },
        { role: "user", content: "Confirm that requests flow through the agent." },
      ],
    });

    const body = (await response.json()) as { choices: { message: { content: string } }[] };
    expect(response.status).to.equal(200);
    expect(body.choices[0]?.message.content).to.be.a("string").with.length.greaterThan(0);
    expect(body).to.include.keys("conversation_id", "messages", "metadata");
  });

  it("still answers when the tool that it was to use has no service", async () => {
    const response = await postToAgent("/v1/agent", {
      prompt: "Use web search to find two recent headlines about Qdrant.",
      metadata: { tools: ["web_search"] },
    });

    const body = (await response.json()) as {
      response: string;
      metadata: { tool_executions: { name: string; status: string }[] };
    };
    expect(response.status).to.equal(200);
    expect(body.response).to.have.length.greaterThan(0);
    const [execution] = body.metadata.tool_executions;
    expect(execution).to.include({ name: "web_search", status: "error" });
  });
});

describe("the agent, to OpenAI's own client", () => {
  const client = () =>
    new OpenAI({ baseURL: `${systemStack().url("agent")}/v1`, apiKey: "unused", maxRetries: 0 });

  it("streams, with usage at the end", async () => {
    const stream = await client().chat.completions.create({
      model: "planner",
      messages: [{ role: "user", content: "Count to five." }],
      max_completion_tokens: 24,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }

    expect(text).to.have.length.greaterThan(0);
    expect(tokens).to.be.within(1, 24);
  });

  it("lists its models", async () => {
    const { data } = await client().models.list();

    expect(data.map(({ id }) => id)).to.include("planner");
  });

  it("says that it knows no other model", async () => {
    const error: unknown = await client()
      .chat.completions.create({ model: "gpt-4", messages: [{ role: "user", content: "x" }] })
      .catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(OpenAI.NotFoundError);
  });
});

describe("the agent's data", () => {
  it("outlives kill -9 of the agent, and a run that died with it is closed as failed", async () => {
    const first = await postToAgent("/v1/agent", { prompt: "My name is Ada." });
    const { conversation_id: id } = (await first.json()) as { conversation_id: string };
    await inTheMiddleOf(
      () => postToAgent("/v1/agent", { prompt: "Write a very long story.", conversation_id: id }),
      () => docker("kill", "--signal", "KILL", systemStack().containerId("agent")),
    );
    docker("start", systemStack().containerId("agent"));
    const health = await systemStack().stack("health", "agent", "--wait", "--timeout", "60");
    const found = await fetch(`${systemStack().url("agent")}/v1/conversations/${id}`);

    expect(health.exitCode, health.stdout).to.equal(0);
    expect(await found.text())
      .to.include("My name is Ada.")
      .and.to.include("very long story");
    expect(runsThatAre("running")).to.equal(0);
    expect(runsThatAre("failed")).to.be.at.least(1);
  });

  it("has a memory schema that a second ensure-schema leaves as it is", () => {
    const ensure = () =>
      JSON.parse(
        docker(
          "exec",
          systemStack().containerId("agent"),
          "node",
          "maintenance.ts",
          "ensure-schema",
          "--json",
        ),
      ) as object;

    expect(ensure()).to.have.property("status", "unchanged");
    expect(ensure()).to.have.property("status", "unchanged");
  });
});
