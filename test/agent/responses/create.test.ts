import { expect } from "chai";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import { refusals, type Turn } from "../../support/model-turn.ts";
import { responseCalls } from "../../support/response-calls.ts";
import { testApp, type TestApp } from "../../support/test-app.ts";

const weather = { type: "function", name: "get_weather", parameters: { type: "object" } };
const search = {
  search: () => Promise.resolve([{ title: "Hours", url: "https://a.test/", snippet: "Nine" }]),
};

describe("POST /v1/responses", () => {
  let server: ModelServer;
  let agent: TestApp;
  afterEach(() => server.close());
  async function start(turns: readonly Turn[], changes: Parameters<typeof testApp>[2] = {}) {
    server = await startModelServer({ turns });
    agent = testApp(server.url, {}, changes);
    return responseCalls(agent.app);
  }
  const sent = () => server.requests.at(-1)?.body ?? expect.fail("nothing was sent");

  it("answers a text with a message, its usage and what it was asked with", async () => {
    const calls = await start([{ text: "Late." }]);

    const { status, headers, body } = await calls.create({
      model: "planner",
      input: "How late?",
      instructions: "Be short.",
      metadata: { own: "note" },
    });

    expect(status).to.equal(200);
    expect(body).to.deep.include({
      object: "response",
      status: "completed",
      model: "planner",
      instructions: "Be short.",
      metadata: { own: "note" },
      error: null,
      incomplete_details: null,
      previous_response_id: null,
      store: true,
      conversation: { id: headers["x-conversation-id"] },
    });
    expect(body.id).to.match(/^resp_[0-9a-f]{32}$/);
    expect(body.completed_at).to.be.at.least(body.created_at);
    expect(body.usage).to.deep.equal({
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 5,
    });
    const [message] = body.output;
    expect(message).to.deep.include({ type: "message", role: "assistant", status: "completed" });
    expect(message).to.have.deep.property("content", [
      { type: "output_text", text: "Late.", annotations: [], logprobs: [] },
    ]);
    expect(sent()["messages"]).to.deep.equal([
      { role: "system", content: "Be short." },
      { role: "user", content: "How late?" },
    ]);
  });

  it("tells the model each parameter by the name that chat completions have for it", async () => {
    const calls = await start([{ text: "{}" }]);
    const schema = { type: "object", properties: {} };

    await calls.create({
      input: "x",
      max_output_tokens: 50,
      temperature: 0.2,
      top_p: 0.9,
      top_logprobs: 2,
      presence_penalty: 0.1,
      frequency_penalty: 0.3,
      reasoning: { effort: "low", summary: "auto" },
      text: {
        format: { type: "json_schema", name: "answer", schema, strict: true },
        verbosity: "low",
      },
      service_tier: "flex",
      prompt_cache_key: "k",
      parallel_tool_calls: false,
      tools: [{ ...weather, strict: true }],
      tool_choice: { type: "function", name: "get_weather" },
    });

    expect(sent()).to.deep.include({
      max_completion_tokens: 50,
      temperature: 0.2,
      top_p: 0.9,
      logprobs: true,
      top_logprobs: 2,
      presence_penalty: 0.1,
      frequency_penalty: 0.3,
      reasoning_effort: "low",
      verbosity: "low",
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", schema, strict: true },
      },
      service_tier: "flex",
      prompt_cache_key: "k",
      parallel_tool_calls: false,
      tool_choice: { type: "function", function: { name: "get_weather" } },
    });
    const tools = sent()["tools"] as { readonly function: { readonly name: string } }[];
    expect(tools.at(-1)).to.deep.equal({
      type: "function",
      function: { name: "get_weather", parameters: { type: "object" }, strict: true },
    });
    expect(tools.map((tool) => tool.function.name)).to.include("current_time");
  });

  it("hands the client's calls over", async () => {
    const calls = await start([{ calls: [{ name: "get_weather", args: '{"place":"Oslo"}' }] }]);

    const { body } = await calls.create({ input: "Weather?", tools: [weather] });

    expect(body.status).to.equal("completed");
    expect(body.output).to.have.length(1);
    expect(body.output[0]).to.deep.include({
      type: "function_call",
      call_id: "call_0",
      name: "get_weather",
      arguments: '{"place":"Oslo"}',
      status: "completed",
    });
  });

  it("offers a tool that takes text as a function, and gives its call back as one of text", async () => {
    const calls = await start([{ calls: [{ name: "patch", args: '{"input":"*** Begin"}' }] }]);
    const format = { type: "grammar", syntax: "lark", definition: "start: WORD" };

    const { body } = await calls.create({
      input: "x",
      tools: [{ type: "custom", name: "patch", format }],
    });

    const tools = sent()["tools"] as { readonly function: { readonly description: string } }[];
    expect(tools.at(-1)?.function.description).to.include("start: WORD");
    expect(body.output[0]).to.deep.include({
      type: "custom_tool_call",
      name: "patch",
      input: "*** Begin",
    });
  });

  const searching: Turn[] = [
    { calls: [{ name: "web_search", args: '{"query":"hours"}' }] },
    { text: "At nine." },
  ];

  it("shows its search as web_search_call to who named it, with citations and sources if asked", async () => {
    const calls = await start([...searching, ...searching], { search });
    const asked = { input: "When?", tools: [{ type: "web_search" }] };

    const { body } = await calls.create(asked);
    const withSources = await calls.create({
      ...asked,
      include: ["web_search_call.action.sources"],
    });

    expect(body.output.map(({ type }) => type)).to.deep.equal(["web_search_call", "message"]);
    expect(body.output[0]).to.deep.include({
      status: "completed",
      action: { type: "search", query: "hours", queries: ["hours"] },
    });
    expect(body.output[1])
      .to.have.nested.property("content[0].annotations")
      .that.deep.equals([
        {
          type: "url_citation",
          title: "Hours",
          url: "https://a.test/",
          start_index: 0,
          end_index: 0,
        },
      ]);
    expect(withSources.body.output[0])
      .to.have.nested.property("action.sources")
      .that.deep.equals([{ type: "url", url: "https://a.test/" }]);
  });

  it("shows its tools as calls of its own MCP server to who knows none of them", async () => {
    const calls = await start(searching, { search });

    const { body } = await calls.create({ input: "When?" });

    expect(body.output[0]).to.deep.include({
      type: "mcp_call",
      server_label: "agent",
      name: "web_search",
      arguments: '{"query":"hours"}',
      status: "completed",
      error: null,
    });
    expect(body.output[0]).to.have.property("output").that.includes("https://a.test/");
  });

  it("lets the client say which tools may be called, and how often ours", async () => {
    const again = { calls: [{ name: "current_time", args: "{}" }] };
    const calls = await start([{ text: "a" }, again, { text: "b" }]);
    const tools = [weather, { ...weather, name: "other" }];
    const only = {
      type: "allowed_tools",
      mode: "required",
      tools: [{ type: "function", name: "other" }],
    };

    await calls.create({ input: "x", tools, tool_choice: only });
    const offered = sent()["tools"] as { readonly function: { readonly name: string } }[];
    const choice = sent()["tool_choice"];
    await calls.create({ input: "x", max_tool_calls: 1 });

    expect(offered.map((tool) => tool.function.name)).to.deep.equal(["other"]);
    expect(choice).to.equal("required");
    expect(sent()["tool_choice"]).to.equal("none");
  });

  it("is incomplete where the model's words were cut", async () => {
    const calls = await start([
      { text: "It is", finish: "length" },
      { text: "It", finish: "content_filter" },
    ]);

    const cut = await calls.create({ input: "x" });
    const filtered = await calls.create({ input: "x" });

    expect(cut.body).to.deep.include({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      completed_at: null,
    });
    expect(filtered.body.incomplete_details).to.deep.equal({ reason: "content_filter" });
  });

  it("passes pictures and files on, and what a tool brought", async () => {
    const calls = await start([{ text: "A heart." }]);
    const image = { type: "input_image", image_url: "data:image/png;base64,AA==", detail: "low" };
    const file = {
      type: "input_file",
      filename: "a.pdf",
      file_data: "data:application/pdf;base64,AA==",
    };

    const { status } = await calls.create({
      input: [
        { role: "user", content: [{ type: "input_text", text: "What?" }, image, file] },
        { type: "function_call", call_id: "c1", name: "look", arguments: "{}" },
        {
          type: "function_call_output",
          call_id: "c1",
          output: [{ type: "input_text", text: "red" }],
        },
      ],
    });

    expect(status).to.equal(200);
    expect(sent()["messages"]).to.deep.equal([
      {
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: { url: image.image_url, detail: "low" } },
          { type: "file", file: { file_data: file.file_data, filename: "a.pdf" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "red" }] },
    ]);
  });

  it("keeps nothing where it is told so", async () => {
    const calls = await start([{ text: "Late." }]);

    const { body, headers } = await calls.create({ input: "x", store: false });

    expect(body).to.deep.include({ status: "completed", store: false, conversation: null });
    expect(headers).not.to.have.property("x-conversation-id");
    expect(agent.conversations.begun).to.have.length(0);
    expect((await calls.get(body.id)).status).to.equal(404);
  });

  it("has the status of what failed, and is kept as failed", async () => {
    const calls = await start([refusals.failure]);

    const { status, error } = await calls.create({ input: "x" });

    expect(status).to.equal(502);
    expect(error.code).to.equal("upstream");
    expect(agent.conversations.finished[0]?.response?.status).to.equal("failed");
  });

  it("refuses to leave messages out where it must not", async () => {
    const calls = await start([{ text: "x" }, { text: "y" }]);
    const long = "word ".repeat(60_000);
    const input = [
      { role: "user", content: long },
      { role: "assistant", content: "Yes." },
      { role: "user", content: long },
    ];

    const trimmed = await calls.create({ input, truncation: "auto" });
    const refused = await calls.create({ input, truncation: "disabled" });

    expect(trimmed.status).to.equal(200);
    expect(refused.status).to.equal(400);
    expect(refused.error).to.include({ code: "context_length_exceeded", param: "input" });
  });

  const refused: readonly [string, object, string][] = [
    ["a parameter that it does not have", { prompt: { id: "p" } }, "prompt"],
    ["a built-in tool that it does not have", { tools: [{ type: "file_search" }] }, "tools.0.type"],
    ["a filter of its search", { tools: [{ type: "web_search", filters: {} }] }, "tools.0.filters"],
    [
      "a tool to choose that is not there",
      { tool_choice: { type: "function", name: "x" } },
      "tool_choice.name",
    ],
    ["what it can't include", { include: ["file_search_call.results"] }, "include.0"],
    ["an item of another kind", { input: [{ type: "computer_call" }] }, "input.0.type"],
    [
      "an uploaded file",
      {
        input: [{ role: "user", content: [{ type: "input_file", file_id: "f", file_data: "x" }] }],
      },
      "input.0.content.0.file_id",
    ],
    [
      "a result without its call",
      { input: [{ type: "function_call_output", call_id: "c", output: "" }] },
      "input",
    ],
    [
      "a call without its result",
      { input: [{ type: "function_call", call_id: "c", name: "f", arguments: "{}" }] },
      "input",
    ],
    ["an item that it does not know", { input: [{ id: "msg_x" }] }, "input.0.id"],
    [
      "reasoning that it did not seal",
      { input: [{ type: "reasoning", encrypted_content: "AAAA" }] },
      "input.0.encrypted_content",
    ],
    [
      "a response that it does not know",
      { previous_response_id: "resp_x" },
      "previous_response_id",
    ],
    [
      "two things to go on from",
      { previous_response_id: "resp_x", conversation: "018f3c00-0000-7000-8000-000000000001" },
      "previous_response_id",
    ],
    ["a background response that is not kept", { background: true, store: false }, "background"],
    ["tools of one name", { tools: [weather, weather] }, "tools"],
  ];
  for (const [what, body, param] of refused) {
    it(`refuses ${what} by its name`, async () => {
      const calls = await start([]);

      const { status, error } = await calls.create({ input: "x", ...body });

      expect(status).to.equal(400);
      expect(error.param).to.equal(param);
      expect(server.requests).to.have.length(0);
    });
  }
});
