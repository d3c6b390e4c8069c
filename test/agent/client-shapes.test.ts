import { expect } from "chai";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";
import { testApp } from "../support/test-app.ts";

const messages = [
  { role: "system", content: "You are helpful." },
  { role: "user", content: "Hello there." },
];
const tool = {
  type: "function",
  function: {
    name: "read_file",
    description: "Reads a file.",
    parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  },
};

/** Chats as applications write them, by what each is known to send, and what of it is for nobody here. */
const chats: readonly [string, object, string | undefined][] = [
  [
    "LibreChat",
    {
      user: "65f0c0ffee",
      stream: true,
      stream_options: { include_usage: true },
      temperature: 1,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
    },
    undefined,
  ],
  [
    "Continue",
    {
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 4096,
      tools: [tool],
      parallel_tool_calls: false,
    },
    undefined,
  ],
  [
    "n8n's chat model",
    {
      temperature: 0.7,
      top_p: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      n: 1,
      stream: false,
      tools: [tool],
      tool_choice: "auto",
    },
    undefined,
  ],
  ["AnythingLLM", { temperature: 0.7, max_tokens: 1024, stream: true }, undefined],
  [
    "Open WebUI's page, connected directly",
    {
      stream: true,
      stream_options: { include_usage: true },
      params: {},
      tool_servers: [],
      features: { image_generation: false, web_search: false },
      variables: { "{{USER_NAME}}": "Ada" },
      model_item: { id: "planner", object: "model" },
      session_id: "s",
      chat_id: "c",
      id: "i",
      background_tasks: { title_generation: true, tags_generation: true },
    },
    "params, tool_servers, features, variables, model_item, session_id, chat_id, id, background_tasks",
  ],
];

describe("a chat in the shape of", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  for (const [client, fields, ignored] of chats) {
    it(`${client} is answered`, async () => {
      model = await scriptedModel({ text: "Hello." });

      const response = await testApp(model.baseUrl).app.inject({
        method: "POST",
        url: "/v1/chat/completions",
        headers: { host: "localhost" },
        payload: { model: "planner", messages, ...fields },
      });

      expect(response.statusCode, response.body).to.equal(200);
      expect(response.body).to.include("Hello.");
      expect(response.headers["x-ignored-fields"]).to.equal(ignored);
      expect(model.received[0]?.["messages"]).to.deep.equal(messages);
    });
  }

  it("whoever reads choices[0] of each chunk, with tools at work, is answered", async () => {
    model = await scriptedModel(
      { opensWithoutChoice: true, calls: [{ name: "current_time", args: "{}" }] },
      { opensWithoutChoice: true, text: "It is noon." },
    );

    const { body } = await testApp(model.baseUrl).app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { host: "localhost" },
      payload: { model: "planner", messages, stream: true },
    });

    const chunks = body
      .split("\n\n")
      .filter((event) => event.startsWith("data: {"))
      .map((event) => JSON.parse(event.slice(6)) as { choices: { delta: object }[] });
    expect(chunks.length).to.be.greaterThan(4);
    for (const { choices } of chunks) {
      expect(choices).to.have.length(1);
      expect(choices[0]?.delta).to.be.an("object");
    }
  });
});

describe("embeddings in the shape of", () => {
  for (const [client, fields] of [
    ["LibreChat's RAG API and Open WebUI", { input: ["one", "two"], encoding_format: "float" }],
    ["Continue and AnythingLLM", { input: ["one", "two"] }],
    ["n8n", { input: "one", encoding_format: "base64", user: undefined }],
    ["LangChain", { input: [[15339, 1917]], encoding_format: "base64" }],
  ] as const) {
    it(`${client} are made`, async () => {
      const model = await scriptedModel();

      const response = await testApp(model.baseUrl).app.inject({
        method: "POST",
        url: "/v1/embeddings",
        headers: { host: "localhost" },
        payload: { model: "embed", ...fields },
      });
      await model.close();

      expect(response.statusCode, response.body).to.equal(200);
      expect(response.json<{ data: object[] }>().data).to.have.length.greaterThan(0);
      expect(response.headers).not.to.have.property("x-ignored-fields");
    });
  }
});
