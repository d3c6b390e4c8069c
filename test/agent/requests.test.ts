import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const headers = { host: "localhost" };
const post = ({ app }: TestApp, url: string, payload: object) =>
  app.inject({ method: "POST", url, headers, payload });

describe("what a client may send", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  it("are developer messages, text and pictures, which reach the model as they are", async () => {
    model = await scriptedModel({ text: "A cat." });
    const messages = [
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
        ],
      },
    ];

    const response = await post(testApp(model.baseUrl), "/v1/chat/completions", {
      model: "planner",
      messages,
    });

    expect(response.statusCode).to.equal(200);
    expect(model.received[0]?.["messages"]).to.deep.equal(messages);
  });

  it("are its own calls, run one after the other before the model is asked", async () => {
    model = await scriptedModel({ text: "Done." });
    const log: string[] = [];
    const search = {
      search: async ({ text }: { text: string }) => {
        log.push(`begin ${text}`);
        await delay(text === "first" ? 30 : 1);
        log.push(`end ${text}`);
        return [];
      },
    };
    const calls = ["first", "second"].map((query) => ({ name: "web_search", args: { query } }));

    await post(testApp(model.baseUrl, {}, { search }), "/v1/agent", {
      prompt: "x",
      metadata: { tool_calls: calls },
    });

    expect(log).to.deep.equal(["begin first", "end first", "begin second", "end second"]);
    const told = model.received[0]?.["messages"] as { role: string }[];
    expect(told.map(({ role }) => role)).to.deep.equal([
      "system",
      "user",
      "assistant",
      "tool",
      "tool",
    ]);
  });

  it("is whether calls may run in parallel, and which tool is to be called", async () => {
    model = await scriptedModel({ text: "x" });
    const choice = { type: "function", function: { name: "web_search" } };

    await post(testApp(model.baseUrl), "/v1/chat/completions", {
      model: "planner",
      messages: [{ role: "user", content: "x" }],
      tool_choice: choice,
      parallel_tool_calls: false,
    });

    expect(model.received[0]).to.deep.include({
      tool_choice: choice,
      parallel_tool_calls: false,
    });
  });

  it("is no more than there is room for", async () => {
    model = await scriptedModel();
    const agent = testApp(model.baseUrl, {
      AGENT_MAX_MESSAGES: "1",
      AGENT_MAX_TOOLS: "1",
      AGENT_MAX_PROMPT_CHARACTERS: "10",
    });
    const message = { role: "user", content: "x" };
    const tool = (name: string) => ({ type: "function", function: { name } });
    const url = "/v1/chat/completions";
    const refused = {
      messages: await post(agent, url, { model: "planner", messages: [message, message] }),
      tools: await post(agent, url, {
        model: "planner",
        messages: [message],
        tools: [tool("a"), tool("b")],
      }),
      prompt: await post(agent, "/v1/agent", { prompt: "x".repeat(11) }),
    };

    for (const [param, response] of Object.entries(refused)) {
      expect(response.statusCode, param).to.equal(400);
      expect(response.json<{ error: object }>().error).to.include({ param });
    }
  });
});

describe("the models", () => {
  it("are the agent's and its other names, each as OpenAI describes one", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1", { AGENT_MODEL_ALIASES: "vendor/gpt=planner" });
    const get = (url: string) => app.inject({ method: "GET", url, headers });

    const listed = (await get("/v1/models")).json<{ data: { id: string; created: number }[] }>();
    const one = await get(`/v1/models/${encodeURIComponent("vendor/gpt")}`);
    const none = await get("/v1/models/gpt-4");

    expect(listed).to.include({ object: "list" });
    expect(listed.data.map(({ id }) => id)).to.deep.equal(["planner", "vendor/gpt", "embed"]);
    expect(one.json()).to.include({
      id: "vendor/gpt",
      object: "model",
      created: listed.data[0]?.created,
      owned_by: "agent-stack",
    });
    expect(listed.data[0]?.created).to.be.closeTo(Date.now() / 1000, 60);
    expect(none.statusCode).to.equal(404);
    expect(none.json<{ error: object }>().error).to.include({ code: "model_not_found" });
  });
});
