import { expect } from "chai";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import type { Turn } from "../../support/model-turn.ts";
import { type NamedEvent, responseCalls } from "../../support/response-calls.ts";
import { testApp } from "../../support/test-app.ts";

/** A model's stream of these deltas, as LiteLLM sends it. */
function rawTurn(...deltas: readonly object[]): Turn {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({
      id: "x",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const text = [...deltas.map((delta) => chunk(delta)), chunk({}, "stop"), "data: [DONE]\n\n"];
  return { raw: text.join(""), contentType: "text/event-stream" };
}

describe("a stream of POST /v1/responses", () => {
  let server: ModelServer;
  afterEach(() => server.close());
  async function start(turns: readonly Turn[]) {
    server = await startModelServer({ turns });
    return responseCalls(testApp(server.url).app);
  }
  const types = (events: readonly NamedEvent[]) =>
    events.map(({ type }) => type.replace("response.", ""));
  const message = [
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
  ];

  it("has its events in their order, each with its number and its name", async () => {
    const calls = await start([{ text: "It is." }]);

    const events = await calls.stream({ input: "Is it?" });

    expect(types(events)).to.deep.equal(["created", "in_progress", ...message, "completed"]);
    expect(events.map((event) => event.sequence_number)).to.deep.equal([...events.keys()]);
    for (const { name, type } of events) expect(name).to.equal(type);
  });

  it("ends with the response that is answered whole, and kept", async () => {
    const calls = await start([{ text: "It is." }]);

    const events = await calls.stream({ input: "Is it?" });

    const last = events.at(-1)?.["response"] as { readonly id: string; readonly output: unknown };
    expect(last.output).to.deep.equal([
      {
        ...(events[2]?.["item"] as object),
        status: "completed",
        content: [{ type: "output_text", text: "It is.", annotations: [], logprobs: [] }],
      },
    ]);
    expect((await calls.get(last.id)).body).to.deep.equal(last);
  });

  it("tells of the agent's tools, then of the client's", async () => {
    const calls = await start([
      { text: "Let me", calls: [{ name: "current_time", args: "{}" }] },
      { calls: [{ name: "open_door", args: '{"wide":true}' }] },
    ]);
    const tools = [{ type: "function", name: "open_door" }];

    const events = await calls.stream({ input: "x", tools });

    expect(types(events)).to.deep.equal([
      ...["created", "in_progress", ...message],
      ...["output_item.added", "mcp_call.in_progress"],
      ...["mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.completed"],
      ...["output_item.done", "output_item.added"],
      ...["function_call_arguments.delta", "function_call_arguments.done", "output_item.done"],
      "completed",
    ]);
    const places = events.flatMap((event) => event["output_index"] ?? []);
    expect(places).to.deep.equal(places.toSorted());
    const delta = events.find(({ type }) => type === "response.function_call_arguments.delta");
    expect(delta).to.include({ delta: '{"wide":true}', output_index: 2 });
  });

  it("tells what the model thought before it tells what it said", async () => {
    const calls = await start([
      rawTurn({ reasoning_content: "Hm, " }, { reasoning_content: "yes." }, { content: "Yes." }),
    ]);

    const events = await calls.stream({ input: "x", include: ["reasoning.encrypted_content"] });

    expect(types(events)).to.deep.equal([
      ...["created", "in_progress", "output_item.added", "reasoning_summary_part.added"],
      ...["reasoning_summary_text.delta", "reasoning_summary_text.delta"],
      ...["reasoning_summary_text.done", "reasoning_summary_part.done"],
      // What its provider wants back is known when the turn ends, and the item is done then.
      ...["output_item.added", "content_part.added", "output_text.delta", "output_item.done"],
      ...["output_text.done", "content_part.done", "output_item.done", "completed"],
    ]);
    const { output } = events.at(-1)?.["response"] as {
      readonly output: Record<string, unknown>[];
    };
    expect(output.map(({ type }) => type)).to.deep.equal(["reasoning", "message"]);
    expect(output[0]?.["summary"]).to.deep.equal([{ type: "summary_text", text: "Hm, yes." }]);
    expect(output[0]?.["encrypted_content"]).to.be.a("string").and.not.include("Hm");
  });

  it("shows no sealed reasoning to who did not ask for it", async () => {
    const calls = await start([rawTurn({ reasoning_content: "Hm." }, { content: "Yes." })]);

    const { body } = await calls.create({ input: "x" });

    expect(body.output[0]).not.to.have.property("encrypted_content");
    expect((await calls.get(body.id, "?include=reasoning.encrypted_content")).body.output[0])
      .to.have.property("encrypted_content")
      .that.is.a("string");
  });

  it("tells of a failure by an error and a response that failed, with what had come", async () => {
    const calls = await start([{ text: "Half an answer", then: "cut" }]);

    const events = await calls.stream({ input: "x" });

    expect(types(events).slice(-2)).to.deep.equal(["error", "failed"]);
    expect(events.at(-2)).to.include({ code: "upstream_interrupted", param: null });
    const failed = events.at(-1)?.["response"] as { readonly id: string; readonly status: string };
    expect(failed).to.deep.include({ status: "failed" });
    expect(failed).to.have.nested.property("error.code", "server_error");
    expect(failed).to.have.nested.property("output[0].status", "incomplete");
    expect((await calls.get(failed.id)).body).to.deep.equal(failed);
  });

  it("has probabilities where they are asked for", async () => {
    const logprobs = { content: [{ token: "Yes", bytes: null, logprob: -0.1, top_logprobs: [] }] };
    const choice = { index: 0, delta: { content: "Yes" }, finish_reason: "stop", logprobs };
    const calls = await start([
      {
        raw: `data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`,
        contentType: "text/event-stream",
      },
    ]);

    const events = await calls.stream({ input: "x", include: ["message.output_text.logprobs"] });

    const shown = [{ token: "Yes", bytes: [], logprob: -0.1, top_logprobs: [] }];
    const delta = events.find(({ type }) => type === "response.output_text.delta");
    expect(delta?.["logprobs"]).to.deep.equal(shown);
    const done = events.find(({ type }) => type === "response.output_text.done");
    expect(done?.["logprobs"]).to.deep.equal(shown);
    expect(server.requests[0]?.body).to.include({ logprobs: true });
  });
});
