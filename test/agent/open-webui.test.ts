import { expect } from "chai";
import { recordSpans } from "../support/recorded-spans.ts";
import { testApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const environment = {
  AGENT_API_KEYS: "a-key",
  OPENWEBUI_AGENT_KEY: "trusted-key",
  AGENT_TASK_MODEL: "small",
};
const title = "### Task:\nGenerate a concise title summarizing the chat history.";
const documents =
  "### Task:\nRespond to the user query using the provided context.\n<context>x</context>\nWhat is x?";

describe("Open WebUI", () => {
  const models: ScriptedModel[] = [];
  afterEach(async () => {
    for (const model of models.splice(0)) await model.close();
  });

  async function ask(
    content: string,
    { key = "trusted-key", headers = {}, ...body }: Record<string, unknown> & { key?: string } = {},
  ) {
    const model = await scriptedModel({ text: "Doors" });
    models.push(model);
    const { app, conversations } = testApp(model.baseUrl, environment);
    const response = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { authorization: `Bearer ${key}`, ...(headers as object) },
      payload: { model: "planner", messages: [{ role: "user", content }], ...body },
    });
    return { response, conversations, sent: model.received[0] ?? {} };
  }
  const tool = { type: "function", function: { name: "search_web", parameters: {} } };

  it("has its tasks done by their own model, without tools, and nothing is kept of them", async () => {
    const { response, conversations, sent } = await ask(title, { max_tokens: 50 });

    expect(sent).to.include({ model: "small", max_tokens: 50 });
    expect(sent).not.to.have.property("tools");
    expect(conversations.begun).to.deep.equal([]);
    expect(conversations.finished).to.deep.equal([]);
    expect(response.headers).not.to.have.property("x-conversation-id");
    const body = response.json<{ model: string; choices: { message: object }[] }>();
    expect(body).not.to.have.property("conversation_id");
    expect(body.model).to.equal("small");
    expect(body.choices[0]?.message).to.include({ content: "Doors" });
  });

  it("names a task in a header, which counts under the trusted key alone", async () => {
    const headers = { "x-task": "function_calling" };
    const task = await ask("Which tool?", { headers, tools: [tool], tool_choice: "auto" });
    const chat = await ask("Which tool?", { headers, key: "a-key" });

    expect(task.sent).to.include({ model: "small" });
    expect(task.sent).not.to.have.any.keys("tools", "tool_choice");
    expect(chat.sent).to.include({ model: "planner" });
    expect(chat.conversations.finished).to.have.length(1);
  });

  const noTasks: readonly [string, string, object][] = [
    ["a question about documents, in its template", documents, {}],
    ["a question that is streamed", title, { stream: true }],
    [
      "the start of a longer chat",
      title,
      {
        messages: [
          { role: "user", content: title },
          { role: "assistant", content: "x" },
          { role: "user", content: "y" },
        ],
      },
    ],
  ];
  for (const [what, content, body] of noTasks) {
    it(`does not take for a task ${what}`, async () => {
      const { sent, conversations } = await ask(content, { ...body });

      expect(sent).to.include({ model: "planner" });
      expect(sent).to.have.property("tools");
      expect(conversations.finished).to.have.length(1);
    });
  }

  it("asks about documents, and the run is about the question", async () => {
    const model = await scriptedModel({ text: "Doors" });
    models.push(model);
    const { tracing, span } = recordSpans();
    const queries: string[] = [];
    const memory = {
      search: () => Promise.resolve([]),
      recall: ({ text }: { text: string }) => {
        queries.push(text);
        return Promise.resolve({ status: "ok" as const, hits: [] });
      },
    };
    const { app, conversations } = testApp(
      model.baseUrl,
      { ...environment, AGENT_MEMORY_SCOPE: "user" },
      { tracing, memory },
    );
    await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { authorization: "Bearer trusted-key", "x-openwebui-chat-id": "chat-1" },
      payload: { model: "planner", messages: [{ role: "user", content: documents }] },
    });

    expect(queries).to.deep.equal(["What is x?"]);
    expect(conversations.begun[0]?.messages).to.deep.equal([
      { role: "user", content: "What is x?" },
    ]);
    expect(span("agent.run").attributes["input.value"]).to.equal("What is x?");
    expect(JSON.stringify(model.received[0]?.["messages"])).to.include("<context>x</context>");
  });

  it("says where a turn is in its chat, under the trusted key alone", async () => {
    const headers = {
      "x-openwebui-chat-id": "chat-1",
      "x-openwebui-user-message-id": "q",
      "x-openwebui-message-id": "a",
    };
    const chat = await ask("Hi", { headers });
    const stranger = await ask("Hi", { headers, key: "a-key" });
    const { question, parent, answer } = chat.conversations.begun[0]?.turn ?? {};

    expect({ question, parent, answer }).to.deep.equal({ question: "q", parent: "", answer: "a" });
    expect(chat.conversations.finished[0]?.namedAs).to.deep.equal({ id: "a", parent: "q" });
    expect(stranger.conversations.begun[0]?.turn).to.equal(undefined);
  });

  it("may bring its own tools, beside which ours are offered", async () => {
    const { sent } = await ask("Search.", { tools: [tool], stream: true });

    const names = (sent["tools"] as { function: { name: string } }[]).map(
      ({ function: { name } }) => name,
    );
    expect(names).to.include.members(["web_search", "search_web"]);
  });

  it("is believed about the chat, and a temporary one is not kept", async () => {
    const chat = await ask("Hi", { headers: { "x-openwebui-chat-id": "chat-1" } });
    const temporary = await ask("Hi", { headers: { "x-openwebui-chat-id": "temporary:socket" } });

    expect(chat.conversations.begun[0]?.conversation).to.deep.equal({ externalId: "chat-1" });
    expect(temporary.response.statusCode).to.equal(200);
    expect(temporary.conversations.begun).to.deep.equal([]);
    expect(temporary.sent).to.have.property("tools");
  });
});
