import { expect } from "chai";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";
import { testApp } from "../support/test-app.ts";

// As OpenAI's cookbook of 2023 had it.
const functions = [
  {
    name: "get_current_weather",
    description: "Get the current weather in a given location",
    parameters: {
      type: "object",
      properties: { location: { type: "string" }, unit: { enum: ["celsius", "fahrenheit"] } },
      required: ["location"],
    },
  },
];
const question = { role: "user", content: "What's the weather like in Boston?" };
const args = '{ "location": "Boston, MA" }';
const called = { name: "get_current_weather", arguments: args };

describe("a client that knows functions and no tools", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());
  const complete = (payload: object) =>
    testApp(model.baseUrl).app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { host: "localhost" },
      payload: { model: "planner", ...payload },
    });

  it("gets its call as a function_call, and the model is offered a tool", async () => {
    model = await scriptedModel({ calls: [{ name: called.name, args }] });

    const response = await complete({ messages: [question], functions, function_call: "auto" });

    const { choices } = response.json<{ choices: Record<string, unknown>[] }>();
    expect(choices[0]).to.deep.include({
      finish_reason: "function_call",
      message: { role: "assistant", content: null, refusal: null, function_call: called },
    });
    const [sent = {}] = model.received;
    expect(sent["tools"]).to.deep.include({ type: "function", function: functions[0] });
    expect(sent).to.include({ tool_choice: "auto", parallel_tool_calls: false });
    expect(sent).not.to.have.any.keys("functions", "function_call");
  });

  it("gets it in a stream, the name first", async () => {
    model = await scriptedModel({ calls: [{ name: called.name, args }] });

    const { body } = await complete({ messages: [question], functions, stream: true });

    const choices = body
      .split("\n\n")
      .filter((event) => event.startsWith("data: {"))
      .flatMap((event) => {
        const { choices } = JSON.parse(event.slice(6)) as { choices: Record<string, unknown>[] };
        return choices;
      });
    const deltas = choices.map(({ delta }) => delta as { function_call?: typeof called });
    const parts = deltas.flatMap(({ function_call: part }) => (part ? [part] : []));
    expect(parts[0]).to.deep.equal({ name: called.name, arguments: "" });
    expect(parts.map((part) => part.arguments).join("")).to.equal(args);
    expect(choices.at(-1)).to.include({ finish_reason: "function_call" });
    expect(body).not.to.include("tool_calls");
  });

  it("hands back its call and its result, and is answered", async () => {
    model = await scriptedModel({ text: "Sunny, 72 degrees." });
    // As openai-python dumps a message: with null for what it lacks.
    const answer = { role: "assistant", content: null, function_call: called, tool_calls: null };
    const result = { role: "function", name: called.name, content: '{"temperature": "72"}' };

    const response = await complete({ messages: [question, answer, result], functions });

    const { choices } = response.json<{ choices: { message: object }[] }>();
    expect(choices[0]?.message).to.include({ content: "Sunny, 72 degrees." });
    const sent = model.received[0]?.["messages"] as Record<string, unknown>[];
    const [, call, told] = sent;
    expect(call).to.deep.equal({
      role: "assistant",
      content: null,
      tool_calls: [{ id: told?.["tool_call_id"], type: "function", function: called }],
    });
    expect(told).to.include({ role: "tool", content: '{"temperature": "72"}' });
  });

  it("may demand one function", async () => {
    model = await scriptedModel({ calls: [{ name: called.name, args }] });

    await complete({ messages: [question], functions, function_call: { name: called.name } });

    expect(model.received[0]?.["tool_choice"]).to.deep.equal({
      type: "function",
      function: { name: called.name },
    });
  });

  for (const [what, messages] of [
    ["of no call", [question, { role: "function", name: called.name, content: "x" }]],
    [
      "of another function's call",
      [
        question,
        { role: "assistant", content: null, function_call: called },
        { role: "function", name: "other", content: "x" },
      ],
    ],
  ] as const) {
    it(`is refused a result ${what}, by its place`, async () => {
      model = await scriptedModel();

      const response = await complete({ messages, functions });

      expect(response.statusCode).to.equal(400);
      expect(response.json<{ error: object }>().error).to.include({
        param: `messages.${messages.length - 1}`,
      });
    });
  }

  it("that writes tools as well gets tool calls", async () => {
    model = await scriptedModel({ calls: [{ name: called.name, args }] });
    const tools = [{ type: "function", function: functions[0] }];

    const response = await complete({ messages: [question], functions, tools });

    const { choices } = response.json<{ choices: { message: object }[] }>();
    expect(choices[0]?.message).to.have.property("tool_calls");
    expect(choices[0]?.message).not.to.have.property("function_call");
  });
});
