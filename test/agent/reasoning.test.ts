import { expect } from "chai";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Answer } from "../support/model-turn.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";
import { testApp, type TestApp } from "../support/test-app.ts";

type Message = ChatCompletionMessageParam & Readonly<Record<string, unknown>>;

const headers = { host: "localhost" };
const door = {
  type: "function",
  function: { name: "open_door", parameters: { type: "object" } },
} as const;

/** A turn of Claude's as LiteLLM streams it, its thinking in pieces and signed at the end. */
function thoughtful(words: string, answer: Answer): Answer {
  const [first = "", ...rest] = words.split(/(?<= )/);
  const piece = (thinking: string) => ({
    reasoning_content: thinking,
    thinking_blocks: [{ type: "thinking", thinking, index: 0 }],
  });
  const signature = { type: "thinking", thinking: "", signature: `signed ${words}`, index: 0 };
  return {
    ...answer,
    opening: [
      ...[first, ...rest].map(piece),
      { reasoning_content: "", thinking_blocks: [signature] },
    ],
  };
}

/** The fields with which such a turn goes back. */
const stateOf = (words: string) => ({
  reasoning_content: words,
  thinking_blocks: [{ type: "thinking", thinking: words, signature: `signed ${words}` }],
});

const time = { name: "current_time", args: "{}" };
const openDoor = { name: "open_door", args: '{"which": 1}', id: "call_door" };

describe("reasoning", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  const post = ({ app }: TestApp, url: string, payload: object) =>
    app.inject({ method: "POST", url, headers, payload });
  const complete = (agent: TestApp, payload: object) =>
    post(agent, "/v1/chat/completions", { model: "planner", ...payload });
  const told = (turn: number) => model.received[turn]?.["messages"] as readonly Message[];
  const saidIn = (turn: number) => told(turn).filter(({ role }) => role === "assistant");
  const events = (body: string) =>
    body
      .split("\n\n")
      .filter((line) => line.startsWith("data: {"))
      .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
  const deltas = (body: string) =>
    events(body).flatMap(({ choices }) =>
      (choices as { delta: Record<string, string> }[]).map(({ delta }) => delta),
    );

  it("goes back to the model with each turn of a tool loop, as it came", async () => {
    const call = { ...time, more: { provider_specific_fields: { thought_signature: "t" } } };
    model = await scriptedModel(
      thoughtful("The time first.", { calls: [{ ...call, id: "one" }] }),
      thoughtful("Once more.", { calls: [{ ...time, id: "two" }] }),
      { text: "It is late." },
    );

    await complete(testApp(model.baseUrl), { messages: [{ role: "user", content: "Late?" }] });

    const [first, second] = saidIn(2);
    expect(first).to.deep.include(stateOf("The time first."));
    expect(first?.["tool_calls"]).to.have.deep.nested.property(
      "[0].provider_specific_fields.thought_signature",
      "t",
    );
    expect(second).to.deep.include(stateOf("Once more."));
  });

  it("goes back when a conversation is resumed from the store", async () => {
    model = await scriptedModel(
      thoughtful("The time first.", { calls: [time] }),
      thoughtful("Now I know.", { text: "It is late." }),
      { text: "Sleep well." },
    );
    const agent = testApp(model.baseUrl);

    const first = await post(agent, "/v1/agent", { prompt: "Is it late?" });
    const { conversation_id } = first.json<{ conversation_id: string }>();
    await post(agent, "/v1/agent", { prompt: "Good night.", conversation_id });

    const [asking, answer] = saidIn(2);
    expect(asking).to.deep.include(stateOf("The time first."));
    expect(answer).to.deep.include({ content: "It is late.", ...stateOf("Now I know.") });
  });

  it("goes back with a call that the client ran, though the client sends it without", async () => {
    const call = { ...openDoor, more: { extra_content: { google: { thought_signature: "g" } } } };
    model = await scriptedModel(thoughtful("Which door?", { calls: [call] }), { text: "Open." });
    const agent = testApp(model.baseUrl);
    const question = { role: "user", content: "Open door 1." };

    const first = await complete(agent, { messages: [question], tools: [door] });
    const said = first.json<{ choices: { message: Message }[] }>().choices[0]?.message;
    const { role, content, tool_calls } = said ?? {};
    const result = { role: "tool", tool_call_id: "call_door", content: "opened" };
    const messages = [question, { role, content, tool_calls }, result];
    await complete(agent, { messages, tools: [door] });

    expect(tool_calls).to.deep.equal([
      {
        id: "call_door",
        type: "function",
        function: { name: "open_door", arguments: openDoor.args },
      },
    ]);
    expect(saidIn(1)).to.deep.equal([
      {
        role: "assistant",
        content: null,
        ...stateOf("Which door?"),
        tool_calls: [
          {
            id: "call_door",
            type: "function",
            function: { name: "open_door", arguments: openDoor.args },
            extra_content: { google: { thought_signature: "g" } },
          },
        ],
      },
    ]);
  });

  it("belongs to one message where the model calls a tool of ours and one of the client's", async () => {
    const both = [{ ...time, id: "call_time" }, openDoor];
    model = await scriptedModel(
      thoughtful("Time, then the door.", { text: "One moment. ", calls: both }),
      { text: "Open." },
    );
    const agent = testApp(model.baseUrl);
    const question = { role: "user", content: "Open door 1 and say when." };

    await complete(agent, { messages: [question], tools: [door] });
    const made = {
      id: "call_door",
      type: "function",
      function: { name: "open_door", arguments: openDoor.args },
    };
    const asked = { role: "assistant", content: "One moment. ", tool_calls: [made] };
    const result = { role: "tool", tool_call_id: "call_door", content: "opened" };
    await complete(agent, { messages: [question, asked, result], tools: [door] });

    const [said, ...others] = saidIn(1);
    expect(others).to.deep.equal([]);
    expect(said).to.deep.include({ content: "One moment. ", ...stateOf("Time, then the door.") });
    expect((said?.["tool_calls"] as { id: string }[]).map(({ id }) => id)).to.deep.equal([
      "call_time",
      "call_door",
    ]);
    const results = told(1).filter(({ role }) => role === "tool");
    expect(results.map((each) => each["tool_call_id"])).to.deep.equal(["call_time", "call_door"]);
  });

  it("of a client's own messages is passed on", async () => {
    model = await scriptedModel({ text: "Fine." });
    const own = { role: "assistant", content: "Yes.", reasoning_content: "I think so." };
    const blocks = [{ type: "thinking", thinking: "Hm.", signature: "s" }];

    await complete(testApp(model.baseUrl), {
      messages: [
        { role: "user", content: "Sure?" },
        { ...own, thinking_blocks: blocks },
        { role: "user", content: "And now?" },
      ],
    });

    expect(saidIn(0)).to.deep.equal([{ ...own, thinking_blocks: blocks }]);
  });

  it("is left out with calls that are not made, for a provider may refuse it without them", async () => {
    model = await scriptedModel(
      thoughtful("Once.", { calls: [{ ...time, id: "a" }] }),
      thoughtful("Too often.", { text: "Enough.", calls: [{ ...time, id: "b" }] }),
    );
    const agent = testApp(model.baseUrl, { AGENT_MAX_TOOL_ROUNDS: "1" });

    await complete(agent, { messages: [{ role: "user", content: "Late?" }] });

    expect(agent.conversations.finished[0]?.messages.at(-1)).to.deep.equal({
      role: "assistant",
      content: "Enough.",
    });
  });

  it("is streamed to clients of chat completions as it comes", async () => {
    model = await scriptedModel(thoughtful("Let me see.", { text: "It is late." }));

    const { body } = await complete(testApp(model.baseUrl), {
      messages: [{ role: "user", content: "Late?" }],
      stream: true,
    });

    const seen = deltas(body);
    expect(seen.map((delta) => delta["reasoning_content"] ?? "").join("")).to.equal("Let me see.");
    expect(seen.map((delta) => delta["content"] ?? "").join("")).to.equal("It is late.");
    expect(body).not.to.include("thinking_blocks").and.not.to.include("signed");
  });

  it("is in a whole completion's message, and nothing opaque is", async () => {
    model = await scriptedModel(
      thoughtful("The time first.", { calls: [time] }),
      thoughtful("Now I know.", { text: "It is late." }),
    );

    const whole = await complete(testApp(model.baseUrl), {
      messages: [{ role: "user", content: "Late?" }],
    });

    const { choices, messages } = whole.json<{
      choices: { message: Message }[];
      messages: Message[];
    }>();
    expect(choices[0]?.message).to.include({
      content: "It is late.",
      reasoning_content: "Now I know.",
    });
    expect(messages[1]).to.include({ reasoning_content: "The time first." });
    expect(whole.body).not.to.include("thinking_blocks").and.not.to.include("signed");
  });

  it("has events of its own in a stream of /v1/agent, and a field in the answer", async () => {
    model = await scriptedModel(thoughtful("Let me see.", { text: "It is late." }));

    const { body } = await post(testApp(model.baseUrl), "/v1/agent", { prompt: "?", stream: true });

    const seen = events(body);
    expect(seen.map(({ reasoning }) => reasoning).slice(0, 3)).to.deep.equal([
      "Let ",
      "me ",
      "see.",
    ]);
    expect(seen.at(-1)).to.include({ response: "It is late.", reasoning: "Let me see." });
  });

  it("is shown to no client where AGENT_SHOW_REASONING is false, and goes back all the same", async () => {
    model = await scriptedModel(
      thoughtful("Secret thought.", { calls: [time] }),
      thoughtful("Secret again.", { text: "It is late." }),
      thoughtful("Secret still.", { text: "Good night." }),
    );
    const agent = testApp(model.baseUrl, { AGENT_SHOW_REASONING: "false" });

    const streamed = await post(agent, "/v1/agent", { prompt: "Late?", stream: true });
    const id = String(events(streamed.body).at(-1)?.["conversation_id"]);
    const whole = await post(agent, "/v1/agent", { prompt: "Night.", conversation_id: id });
    const stored = await agent.app.inject({ url: `/v1/conversations/${id}`, headers });
    const exported = await agent.app.inject({ url: `/v1/conversations/${id}/export`, headers });

    for (const { body } of [streamed, whole, stored, exported]) {
      expect(body).to.match(/It is late\.|Good night\./);
      expect(body).not.to.include("Secret").and.not.to.include("reasoning");
    }
    expect(saidIn(2)[0]).to.deep.include(stateOf("Secret thought."));
  });

  it("of a stored conversation is shown as in an answer", async () => {
    model = await scriptedModel(thoughtful("Let me see.", { text: "It is late." }));
    const agent = testApp(model.baseUrl);

    const first = await post(agent, "/v1/agent", { prompt: "Late?" });
    const { conversation_id: id } = first.json<{ conversation_id: string }>();
    const stored = await agent.app.inject({ url: `/v1/conversations/${id}`, headers });
    const exported = await agent.app.inject({ url: `/v1/conversations/${id}/export`, headers });

    for (const response of [stored, exported]) {
      const [, answer] = response.json<{ messages: Message[] }>().messages;
      expect(answer).to.include({ content: "It is late.", reasoning_content: "Let me see." });
      expect(answer).not.to.have.property("thinking_blocks");
    }
  });

  it("alone is an answer, and not an empty one", async () => {
    model = await scriptedModel({ opening: [{ reasoning_content: "Hm." }], usage: null });

    const response = await complete(testApp(model.baseUrl), {
      messages: [{ role: "user", content: "Late?" }],
    });

    expect(response.statusCode).to.equal(200);
  });

  it("counts towards what a model may say in one turn", async () => {
    model = await scriptedModel(thoughtful("Long ".repeat(100), { text: "The answer." }));
    const agent = testApp(model.baseUrl, { AGENT_TURN_CHARACTERS: "100" });

    const response = await complete(agent, { messages: [{ role: "user", content: "?" }] });

    const { choices } = response.json<{ choices: { message: Message; finish_reason: string }[] }>();
    expect(choices[0]?.finish_reason).to.equal("length");
    expect(agent.conversations.finished[0]?.messages.at(-1)).not.to.have.property(
      "thinking_blocks",
    );
  });

  it("is counted by its kinds of tokens in both endpoints, over all turns", async () => {
    const usage = (cached: number, reasoned: number) => ({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens_details: { reasoning_tokens: reasoned },
    });
    model = await scriptedModel(
      { calls: [time], usage: usage(0, 3) },
      { text: "Late.", usage: usage(8, 2) },
      { text: "Later.", usage: usage(1, 1) },
    );
    const agent = testApp(model.baseUrl);

    const chat = await complete(agent, { messages: [{ role: "user", content: "Late?" }] });
    const own = await post(agent, "/v1/agent", { prompt: "Late?" });
    const metrics = await agent.app.inject({ url: "/metrics", headers });

    expect(chat.json<{ usage: object }>().usage).to.deep.equal({
      prompt_tokens: 20,
      completion_tokens: 10,
      total_tokens: 30,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
    expect(own.json<{ usage: object }>().usage).to.deep.equal(usage(1, 1));
    expect(metrics.body).to.include('agent_tokens_total{model="planner",kind="reasoning"} 6');
    expect(metrics.body).to.include('agent_tokens_total{model="planner",kind="cached"} 9');
  });

  for (const message of [
    "messages.2.assistant.reasoning_content: property 'reasoning_content' is unsupported",
    "messages.1.content.0: Invalid `signature` in `thinking` block",
    "Additional properties are not allowed ('thinking_blocks' was unexpected) - 'messages.1'",
  ]) {
    it(`of another provider is left out where this one refuses it: ${message.slice(0, 40)}`, async () => {
      model = await scriptedModel(
        thoughtful("My own way.", { text: "Yes." }),
        { status: 400, message },
        { text: "No." },
      );
      const agent = testApp(model.baseUrl);

      const first = await post(agent, "/v1/agent", { prompt: "Sure?" });
      const { conversation_id } = first.json<{ conversation_id: string }>();
      const second = await post(agent, "/v1/agent", { prompt: "Still?", conversation_id });

      expect(second.json<{ response: string }>().response).to.equal("No.");
      expect(saidIn(1)[0]).to.deep.include(stateOf("My own way."));
      expect(saidIn(2)).to.deep.equal([{ role: "assistant", content: "Yes." }]);
    });
  }
});
