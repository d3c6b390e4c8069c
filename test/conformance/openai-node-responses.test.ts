import { expect } from "chai";
import OpenAI from "openai";
import {
  conformanceAgent,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { refusals, type Turn } from "../support/model-turn.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const model = "planner";
const weather = {
  type: "function" as const,
  name: "get_weather",
  strict: true,
  parameters: {
    type: "object",
    properties: { place: { type: "string" } },
    required: ["place"],
    additionalProperties: false,
  },
};
const question = "The weather in Oslo?";

describe("the responses of OpenAI's own client for Node", () => {
  let agent: ConformanceAgent | undefined;
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
  });

  async function client(turns: readonly Turn[] | typeof obligingTurn = obligingTurn) {
    agent = await conformanceAgent(turns);
    return new OpenAI({ baseURL: agent.url, apiKey: agent.apiKey, maxRetries: 0 });
  }

  it("are made, and have their text, usage and request's id", async () => {
    const openai = await client();

    const response = await openai.responses.create({ model, input: "Hello there." });

    expect(response.output_text).to.equal("Hello there.");
    expect(response.usage?.total_tokens).to.equal(5);
    expect(response._request_id).to.match(/^[0-9a-f-]{36}$/);
  });

  it("are streamed, and its own accumulator makes the whole of the events", async () => {
    const openai = await client();

    const stream = openai.responses.stream({ model, input: "Hello there." });
    const parts: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => parts.push(delta));
    const whole = await stream.finalResponse();

    expect(parts.join("")).to.equal("Hello there.");
    expect(parts.length).to.be.greaterThan(1);
    expect(whole.output_text).to.equal("Hello there.");
    expect(whole).to.deep.include({ status: "completed" });
    expect((await openai.responses.retrieve(whole.id)).output_text).to.equal("Hello there.");
  });

  it("call its tools, and go on with what these gave, streamed or not", async () => {
    const openai = await client();

    const first = await openai.responses
      .stream({ model, input: question, tools: [weather] })
      .finalResponse();
    const [call] = first.output;
    if (call?.type !== "function_call") return expect.fail(`a ${call?.type ?? "nothing"}`);
    const second = await openai.responses.create({
      model,
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: call.call_id, output: "It rains." }],
      tools: [weather],
    });

    expect(JSON.parse(call.arguments)).to.deep.equal({ place: question });
    expect(second.output_text).to.equal("It rains.");
  });

  it("are parsed where they are held to a schema", async () => {
    const openai = await client();
    const schema = { type: "object", properties: { answer: { type: "integer" } } };

    const response = await openai.responses.parse({
      model,
      input: "42 is the answer.",
      text: { format: { type: "json_schema", name: "answer", strict: true, schema } },
    });

    expect(response.output_parsed).to.deep.equal({ answer: 42 });
  });

  it("run in the background, are polled, watched from the start, cancelled and deleted", async () => {
    const openai = await client();
    const asked = await openai.responses.create({ model, input: "Hello there.", background: true });

    const watched = await openai.responses.stream({ response_id: asked.id }).finalResponse();
    const cancelled = await openai.responses.cancel(asked.id);
    const ids: string[] = [];
    for await (const item of openai.responses.inputItems.list(asked.id)) ids.push(item.id ?? "");
    await openai.responses.delete(asked.id);
    const gone: unknown = await openai.responses
      .retrieve(asked.id)
      .catch((error: unknown) => error);

    expect(watched.output_text).to.equal("Hello there.");
    expect(cancelled.status).to.equal("completed");
    expect(ids).to.have.length(1);
    expect(gone).to.be.instanceOf(OpenAI.NotFoundError);
  });

  it("are resumed after the event that was seen last", async () => {
    const openai = await client();
    const stream = await openai.responses.create({
      ...{ model, input: "One two three four.", background: true, stream: true },
    });
    let id = "";
    let last = -1;
    for await (const event of stream) {
      if (event.type === "response.created") id = event.response.id;
      last = event.sequence_number;
      if (last === 5) break;
    }

    const rest = await openai.responses.retrieve(id, { stream: true, starting_after: last });
    const types: string[] = [];
    for await (const event of rest) {
      expect(event.sequence_number).to.equal(++last);
      types.push(event.type);
    }

    expect(types.at(-1)).to.equal("response.completed");
  });

  it("throw its own errors, before a stream begins and within it", async () => {
    const openai = await client([refusals.tooLong, { text: "Half an answer", then: "cut" }]);

    const refused: unknown = await openai.responses
      .create({ model, input: "x", stream: true })
      .catch((error: unknown) => error);
    const stream = await openai.responses.create({ model, input: "x", stream: true });
    let text = "";
    let thrown: unknown;
    try {
      for await (const event of stream) {
        if (event.type === "response.output_text.delta") text += event.delta;
      }
    } catch (error) {
      thrown = error;
    }

    expect(refused).to.be.instanceOf(OpenAI.BadRequestError);
    expect(refused).to.include({ code: "context_length_exceeded" });
    expect(text).to.match(/^Half/);
    expect(thrown).to.be.instanceOf(OpenAI.APIError);
    expect(thrown).to.include({ code: "upstream_interrupted" });
  });
});
