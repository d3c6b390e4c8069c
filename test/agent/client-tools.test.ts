import { once } from "node:events";
import { expect } from "chai";
import OpenAI from "openai";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { testApp, type TestApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

type Message = ChatCompletionMessageParam;

const door = {
  type: "function",
  function: { name: "open_door", parameters: { type: "object" } },
} as const;
const question: Message = { role: "user", content: "Open door 1 at noon." };
const askTime = { calls: [{ name: "current_time", args: "{}" }] };
const askDoor = (which: number) => ({
  calls: [{ name: "open_door", args: `{"which": ${which}}` }],
});
const doorCall = (args: string): Message => ({
  role: "assistant",
  content: null,
  tool_calls: [
    { id: "call_0", type: "function", function: { name: "open_door", arguments: args } },
  ],
});
const opened: Message = { role: "tool", tool_call_id: "call_0", content: "opened" };

describe("the client's own tools", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  const complete = (
    { app }: TestApp,
    messages: readonly Message[],
    headers: Record<string, string> = { host: "localhost" },
  ) =>
    app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers,
      payload: { model: "planner", messages, tools: [door] },
    });
  /** What the model was told in its nth turn: roles, and the names of calls. */
  const told = (turn: number) =>
    (model.received[turn]?.["messages"] as Message[]).map((message) =>
      message.role === "assistant" && message.tool_calls
        ? message.tool_calls.map((call) => (call.type === "function" ? call.function.name : ""))[0]
        : message.role,
    );

  it("end a run that is recorded as waiting for them", async () => {
    model = await scriptedModel(askDoor(1));
    const agent = testApp(model.baseUrl);

    await complete(agent, [question]);

    expect(agent.conversations.finished[0]).to.include({
      status: "requires_action",
      finishReason: "tool_calls",
      stopReason: "client_tools",
    });
  });

  it("are called after ours, and what ours found is told again with their results", async () => {
    model = await scriptedModel(askTime, askDoor(1), { text: "It is open." });
    const agent = testApp(model.baseUrl);

    const first = await complete(agent, [question]);
    const second = await complete(agent, [question, doorCall('{"which": 1}'), opened]);

    expect(first.json<{ choices: object[] }>().choices[0]).to.include({
      finish_reason: "tool_calls",
    });
    expect(second.json<{ choices: { message: object }[] }>().choices[0]?.message).to.include({
      content: "It is open.",
    });
    expect(told(2)).to.deep.equal(["user", "current_time", "tool", "open_door", "tool"]);
    expect(JSON.stringify(model.received[2])).to.include("2026-01-02");
    // Only the client's own messages are the conversation's: ours are stored already.
    expect(agent.conversations.begun[1]?.messages.map(({ role }) => role)).to.deep.equal([
      "user",
      "assistant",
      "tool",
    ]);
  });

  it("are recognised in the client's own spelling of their arguments", async () => {
    model = await scriptedModel(askTime, askDoor(1), { text: "Open." });
    const agent = testApp(model.baseUrl);

    await complete(agent, [question]);
    await complete(agent, [question, doorCall('{ "which":1 }'), opened]);

    expect(told(2)).to.include("current_time");
  });

  it("may be called several times in one turn, each with what ours found before it", async () => {
    model = await scriptedModel(askTime, askDoor(1), askTime, askDoor(2), { text: "Both open." });
    const agent = testApp(model.baseUrl);
    const afterFirst = [question, doorCall('{"which": 1}'), opened];

    await complete(agent, [question]);
    await complete(agent, afterFirst);
    await complete(agent, [...afterFirst, doorCall('{"which": 2}'), opened]);

    const round = ["current_time", "tool", "open_door", "tool"];
    expect(told(4)).to.deep.equal(["user", ...round, ...round]);
  });

  it("give nobody else what our tools found", async () => {
    model = await scriptedModel(askTime, askDoor(1), { text: "Open." });
    const agent = testApp(model.baseUrl, { AGENT_API_KEYS: "key-one,key-two" });

    await complete(agent, [question], { authorization: "Bearer key-one" });
    await complete(agent, [question, doorCall('{"which": 1}'), opened], {
      authorization: "Bearer key-two",
    });

    expect(told(2)).to.deep.equal(["user", "open_door", "tool"]);
  });

  it("leave a turn that was answered as the client tells it", async () => {
    model = await scriptedModel(askTime, askDoor(1), { text: "Open." }, { text: "Bye." });
    const agent = testApp(model.baseUrl);
    const turn = [question, doorCall('{"which": 1}'), opened];

    await complete(agent, [question]);
    await complete(agent, turn);
    await complete(agent, [
      ...turn,
      { role: "assistant", content: "Open." },
      { role: "user", content: "Thanks." },
    ]);

    expect(told(3)).to.deep.equal(["user", "open_door", "tool", "assistant", "user"]);
  });

  it("reach OpenAI's own client whole, in a stream too", async () => {
    model = await scriptedModel({
      calls: [
        { name: "open_door", args: '{"which": 1}' },
        { name: "open_door", args: '{"which": 2}' },
      ],
    });
    const { app } = testApp(model.baseUrl);
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: "any", maxRetries: 0 });

    const completion = await client.chat.completions
      .stream({ model: "planner", messages: [question], tools: [door] })
      .finalChatCompletion();

    app.server.closeAllConnections();
    app.server.close();
    await once(app.server, "close");

    const [choice] = completion.choices;
    expect(choice?.finish_reason).to.equal("tool_calls");
    expect(
      choice?.message.tool_calls?.map((call) => [
        call.id,
        call.type === "function" && call.function,
      ]),
    ).to.deep.equal([
      ["call_0", { name: "open_door", arguments: '{"which": 1}' }],
      ["call_1", { name: "open_door", arguments: '{"which": 2}' }],
    ]);
  });

  it("are functions: of any other kind the model could not be told what became of them", async () => {
    model = await scriptedModel();
    const { app } = testApp(model.baseUrl);

    const response = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { host: "localhost" },
      payload: {
        model: "planner",
        messages: [question],
        tools: [{ type: "custom", custom: { name: "shell" } }],
      },
    });

    expect(response.statusCode).to.equal(400);
    expect(response.json<{ error: object }>().error).to.include({ param: "tools.0.type" });
  });

  it("that were never answered do not spoil the conversation for /v1/agent", async () => {
    model = await scriptedModel(askDoor(1), { text: "Hello." });
    const agent = testApp(model.baseUrl);
    const first = await complete(agent, [question]);
    const { conversation_id: id } = first.json<{ conversation_id: string }>();

    await agent.app.inject({
      method: "POST",
      url: "/v1/agent",
      headers: { host: "localhost" },
      payload: { prompt: "Hello?", conversation_id: id },
    });

    expect(told(1)).to.deep.equal(["system", "user", "user"]);
  });
});
