import { expect } from "chai";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { z } from "zod";
import { answerBudget } from "../../../agent/loop/answer-budget.ts";
import type { RunLimits } from "../../../agent/loop/limits.ts";
import { tokenScales } from "../../../agent/loop/token-scale.ts";
import { runAgent } from "../../../agent/loop/run-agent.ts";
import type { RunOutcome, RunRequest } from "../../../agent/loop/run-request.ts";
import type { Model, ModelRequest } from "../../../agent/ports/ports.ts";
import { recordSpans } from "../../support/recorded-spans.ts";
import { defineTool, type Tool } from "../../../agent/tools/tool.ts";

type Delta = ChatCompletionChunk.Choice["delta"];
type Reply = readonly [delta: Delta, finish: ChatCompletionChunk.Choice["finish_reason"]];

const limits: RunLimits = {
  toolRounds: 8,
  toolCalls: 24,
  parallelToolCalls: 4,
  toolTimeoutMs: 10_000,
  toolOutputCharacters: 100,
  deadlineMs: 180_000,
  contextTokens: 100_000,
  turnCharacters: 10_000,
  runCharacters: 20_000,
};

/** A model that answers by script, and keeps what it was asked. */
class ScriptedModel implements Model {
  readonly asked: ModelRequest[] = [];
  readonly #replies: Reply[];

  constructor(...replies: Reply[]) {
    this.#replies = replies;
  }

  async *stream(request: ModelRequest): AsyncIterable<ChatCompletionChunk[]> {
    this.asked.push(structuredClone(request));
    const [delta, finish] = this.#replies.shift() ?? answer("out of script");
    const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" } as const;
    await Promise.resolve();
    yield [{ ...base, choices: [{ index: 0, delta, finish_reason: finish }] }];
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }
}

const answer = (content: string): Reply => [{ content }, "stop"];
const calls = (...made: readonly (readonly [name: string, args: string])[]): Reply => [
  {
    tool_calls: made.map(([name, args], index) => ({
      index,
      id: `call_${index}_${name}`,
      function: { name, arguments: args },
    })),
  },
  "tool_calls",
];

/** Remembers its inputs; `word` decides what it does. */
function echoTool(ran: string[] = []): Tool {
  const quick = Promise.withResolvers<undefined>();
  return defineTool({
    name: "echo",
    description: "Says a word.",
    schema: z.object({ word: z.string() }),
    async execute({ word }) {
      ran.push(word);
      if (word === "hang") await new Promise(() => undefined);
      if (word === "quick") quick.resolve(undefined);
      if (word === "slow") await quick.promise;
      if (word === "throw") throw new Error("it broke");
      return { text: word === "long" ? "x".repeat(500) : `said ${word}` };
    },
  });
}

async function run(model: Model, changes: Partial<RunRequest> = {}, bounds = limits) {
  const request: RunRequest = {
    model: "planner",
    messages: [{ role: "user", content: "question" }],
    parameters: {},
    tools: [echoTool()],
    mustCallTool: false,
    requestedCalls: [],
    clientTools: [],
    ...changes,
  };
  const signal = new AbortController().signal;
  const context = {
    model,
    limits: bounds,
    allowance: answerBudget(1_000_000, 1).open(bounds.runCharacters),
    scale: tokenScales().of("planner"),
    toolCalling: "native",
    signal,
    traceparent: "",
    userId: "ada",
    span: recordSpans().tracing.open("AGENT", "agent.run"),
  } as const;
  const events = runAgent(request, context);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
  }
}

const results = ({ executions }: RunOutcome) => executions.map(({ status }) => status);

describe("the loop", () => {
  it("gives results back in the order of the calls, whichever ends first", async () => {
    const model = new ScriptedModel(
      calls(["echo", '{"word":"slow"}'], ["echo", '{"word":"quick"}']),
      answer("done"),
    );

    const outcome = await run(model);

    const told = model.asked[1]?.messages.slice(-2).map(({ content }) => content);
    expect(told).to.deep.equal(["said slow", "said quick"]);
    expect(outcome.stopReason).to.equal("final");
  });

  it("turns every failure of a tool into a message for the model", async () => {
    const model = new ScriptedModel(
      calls(
        ["echo", "no json"],
        ["echo", '{"word":1}'],
        ["nothing", "{}"],
        ["echo", '{"word":"throw"}'],
        ["echo", '{"word":"hang"}'],
      ),
      answer("done"),
    );

    const outcome = await run(model, {}, { ...limits, toolTimeoutMs: 50 });

    expect(results(outcome)).to.deep.equal(["error", "error", "error", "error", "timeout"]);
    const types = outcome.executions.map(({ output }) => {
      return (JSON.parse(output) as { error: { type: string } }).error.type;
    });
    expect(types).to.deep.equal([
      "invalid_arguments",
      "invalid_arguments",
      "unknown_tool",
      "tool_failed",
      "timeout",
    ]);
  });

  it("never runs calls that were cut short", async () => {
    const ran: string[] = [];
    const [delta] = calls(["echo", '{"word":"half"}']);
    const model = new ScriptedModel([delta, "length"]);

    const outcome = await run(model, { tools: [echoTool(ran)] });

    expect(ran).to.deep.equal([]);
    expect(outcome.finishReason).to.equal("length");
  });

  it("does not run the third identical call, whatever the order of its keys", async () => {
    const ran: string[] = [];
    const model = new ScriptedModel(
      calls(
        ["echo", '{"word":"a","x":1}'],
        ["echo", '{"x":1,"word":"a"}'],
        ["echo", '{"word":"a","x":1}'],
      ),
      answer("done"),
    );

    const outcome = await run(model, { tools: [echoTool(ran)] });

    expect(ran).to.deep.equal(["a", "a"]);
    expect(results(outcome)).to.deep.equal(["ok", "ok", "denied"]);
  });

  it("asks for an answer without tools once two rounds brought nothing new", async () => {
    const same = calls(["echo", '{"word":"a"}']);
    const model = new ScriptedModel(same, same, same, answer("enough"));

    const outcome = await run(model);

    expect(outcome.stopReason).to.equal("loop_detected");
    // The tools stay in the request: Anthropic refuses a history of calls without them.
    expect(model.asked[3]).to.include({ tool_choice: "none" });
    expect(model.asked[3]?.tools).to.have.lengthOf(1);
  });

  it("runs no more calls than allowed, and then answers", async () => {
    const model = new ScriptedModel(
      calls(["echo", '{"word":"a"}'], ["echo", '{"word":"b"}'], ["echo", '{"word":"c"}']),
      answer("done"),
    );

    const outcome = await run(model, {}, { ...limits, toolCalls: 2 });

    expect(results(outcome)).to.deep.equal(["ok", "ok", "denied"]);
    expect(outcome.stopReason).to.equal("max_steps");
  });

  it("answers when its rounds are used up", async () => {
    const model = new ScriptedModel(calls(["echo", '{"word":"a"}']), answer("done"));

    const outcome = await run(model, {}, { ...limits, toolRounds: 1 });

    expect(outcome.stopReason).to.equal("max_steps");
    expect(outcome.answer.content).to.equal("done");
  });

  it("answers without tools when its time is nearly up", async () => {
    const model = new ScriptedModel(answer("in time"));

    const outcome = await run(model, {}, { ...limits, deadlineMs: 1000 });

    expect(outcome.stopReason).to.equal("deadline");
    expect(model.asked[0]).to.include({ tool_choice: "none" });
  });

  it("cuts a long result, and says how long it was", async () => {
    const model = new ScriptedModel(calls(["echo", '{"word":"long"}']), answer("done"));

    const outcome = await run(model);

    expect(outcome.executions[0]?.output).to.match(/^x{100}\n\[cut: 500 characters in all\]$/);
  });

  it("runs the calls of the request first, and the model reads their results", async () => {
    const model = new ScriptedModel(answer("done"));

    const outcome = await run(model, {
      mustCallTool: true,
      requestedCalls: [{ name: "echo", args: { word: "first" } }],
    });

    expect(model.asked[0]?.messages.at(-1)).to.include({ role: "tool", content: "said first" });
    expect(model.asked[0]).not.to.have.property("tool_choice");
    expect(results(outcome)).to.deep.equal(["ok"]);
  });

  it("runs its own calls of a mixed turn, then hands the client its own: none is lost", async () => {
    const clientTools = [{ type: "function", function: { name: "theirs" } }] as const;
    const model = new ScriptedModel(calls(["theirs", "{}"], ["echo", '{"word":"a"}']));

    const outcome = await run(model, { clientTools: [...clientTools] });

    expect(outcome.stopReason).to.equal("client_tools");
    expect(outcome.clientCalls.map((call) => call.function.name)).to.deep.equal(["theirs"]);
    expect(results(outcome)).to.deep.equal(["ok"]);
    expect(model.asked).to.have.length(1);
    const said = outcome.messages.map((message) =>
      message.role === "assistant" ? message.tool_calls?.map(({ id }) => id) : message.role,
    );
    expect(said).to.deep.equal([["call_0_theirs", "call_1_echo"], "tool"]);
  });

  it("cuts a turn that is too long, and says so by its reason to finish", async () => {
    const model = new ScriptedModel(answer("word ".repeat(1000)));

    const outcome = await run(model, {}, { ...limits, turnCharacters: 1234 });

    expect(outcome.answer.content).to.have.length(1234);
    expect(outcome.finishReason).to.equal("length");
    expect(outcome.stopReason).to.equal("size_limit");
  });

  it("runs no call whose arguments are too long", async () => {
    const ran: string[] = [];
    const model = new ScriptedModel(calls(["echo", `{"word":"${"x".repeat(2000)}"}`]));

    const outcome = await run(
      model,
      { tools: [echoTool(ran)] },
      { ...limits, turnCharacters: 1000 },
    );

    expect(ran).to.deep.equal([]);
    expect(outcome.stopReason).to.equal("size_limit");
  });

  it("ends a run whose turns are too long together", async () => {
    const turns = ["a", "b", "c", "d"].map((word) =>
      calls(["echo", `{"word":"${word.repeat(400)}"}`]),
    );
    const model = new ScriptedModel(...turns);

    const outcome = await run(model, {}, { ...limits, runCharacters: 1000 });

    expect(results(outcome)).to.deep.equal(["ok", "ok"]);
    expect(outcome.stopReason).to.equal("size_limit");
    expect(outcome.finishReason).to.equal("length");
  });

  it("leaves a tool to the client when the client has one of the same name", async () => {
    const ran: string[] = [];
    const model = new ScriptedModel(calls(["echo", '{"word":"a"}']));

    const outcome = await run(model, {
      tools: [echoTool(ran)],
      clientTools: [{ type: "function", function: { name: "echo" } }],
    });

    expect(ran).to.deep.equal([]);
    expect(outcome.finishReason).to.equal("tool_calls");
    expect(model.asked[0]?.tools).to.have.lengthOf(1);
  });
});
