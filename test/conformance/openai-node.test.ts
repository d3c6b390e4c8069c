import { expect } from "chai";
import OpenAI from "openai";
import {
  conformanceAgent,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { refusals, type Turn } from "../support/model-turn.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const model = "planner";
const hello = [{ role: "user" as const, content: "Hello there." }];
const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather at a place.",
    parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  },
};

describe("OpenAI's own client for Node", () => {
  let agent: ConformanceAgent | undefined;
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
  });

  async function client(
    turns: readonly Turn[] | typeof obligingTurn = obligingTurn,
    apiKey?: string,
  ): Promise<OpenAI> {
    agent = await conformanceAgent(turns);
    return new OpenAI({ baseURL: agent.url, apiKey: apiKey ?? agent.apiKey, maxRetries: 0 });
  }

  it("gets a completion with its usage and a request's id", async () => {
    const { data, request_id: id } = await (
      await client()
    ).chat.completions
      .create({ model, messages: hello })
      .withResponse();

    expect(data.choices[0]?.message.content).to.equal("Hello there.");
    expect(data.usage?.total_tokens).to.equal(5);
    expect(id).to.match(/^[0-9a-f-]{36}$/);
  });

  it("streams, and its own accumulator makes the whole of the chunks", async () => {
    const stream = (await client()).chat.completions.stream({
      model,
      messages: hello,
      stream_options: { include_usage: true },
    });
    const parts: string[] = [];
    stream.on("content", (part) => parts.push(part));
    const whole = await stream.finalChatCompletion();

    expect(parts.join("")).to.equal("Hello there.");
    expect(parts.length).to.be.greaterThan(1);
    expect(whole.choices[0]).to.deep.include({ finish_reason: "stop" });
    expect(whole.usage?.total_tokens).to.equal(5);
  });

  it("runs its own tools in its own loop", async () => {
    const places: string[] = [];
    const runner = (await client()).chat.completions.runTools({
      model,
      messages: [{ role: "user", content: "The weather in Oslo?" }],
      tools: [
        {
          ...weather,
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: ({ place }: { place: string }) => {
              places.push(place);
              return `It rains. (${place})`;
            },
          },
        },
      ],
    });

    expect(await runner.finalContent()).to.equal("It rains. (The weather in Oslo?)");
    expect(places).to.deep.equal(["The weather in Oslo?"]);
  });

  it("parses an answer that is held to a schema", async () => {
    const completion = await (
      await client()
    ).chat.completions.parse({
      model,
      messages: [{ role: "user", content: "42 is the answer." }],
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "answer",
          strict: true,
          schema: { type: "object", properties: { answer: { type: "integer" } } },
        },
      },
    });

    expect(completion.choices[0]?.message.parsed).to.deep.equal({ answer: 42 });
  });

  it("streams calls of its tools, with arguments that come whole", async () => {
    const stream = (await client()).chat.completions.stream({
      model,
      messages: [{ role: "user", content: "The weather in Oslo?" }],
      tools: [weather],
    });
    const [choice] = (await stream.finalChatCompletion()).choices;

    expect(choice?.finish_reason).to.equal("tool_calls");
    const [call] = choice?.message.tool_calls ?? [];
    expect(call?.type === "function" && JSON.parse(call.function.arguments)).to.deep.equal({
      place: "The weather in Oslo?",
    });
  });

  it("gets embeddings, which it asks for in base64", async () => {
    const openai = await client();

    const { data, usage } = await openai.embeddings.create({ model: "embed", input: ["ab", "c"] });

    expect(data.map(({ embedding }) => embedding)).to.deep.equal([
      [2, 97, 98],
      [1, 99, 99],
    ]);
    expect(usage).to.deep.equal({ prompt_tokens: 2, total_tokens: 2 });
  });

  it("lists and retrieves models", async () => {
    const openai = await client();
    const ids: string[] = [];
    for await (const each of openai.models.list()) ids.push(each.id);

    expect(ids).to.include(model);
    expect(await openai.models.retrieve(model)).to.include({ id: model, object: "model" });
  });

  /** What is thrown, after which start and request, of which class and with what. */
  const failures: readonly [string, () => Promise<OpenAI>, object, ErrorClass, object][] = [
    [
      "AuthenticationError for a wrong key",
      () => client(obligingTurn, "wrong"),
      {},
      OpenAI.AuthenticationError,
      { code: "invalid_api_key" },
    ],
    [
      "NotFoundError for a model that is not there",
      () => client(),
      { model: "gpt-2" },
      OpenAI.NotFoundError,
      { code: "model_not_found", param: "model" },
    ],
    [
      "BadRequestError for what is wrong in a request",
      () => client(),
      { n: 2 },
      OpenAI.BadRequestError,
      { code: null, param: "n" },
    ],
    [
      "BadRequestError for a context that is too long",
      () => client([refusals.tooLong]),
      {},
      OpenAI.BadRequestError,
      { code: "context_length_exceeded" },
    ],
    [
      "RateLimitError where the model's provider holds us back",
      () => client([refusals.rateLimit(3)]),
      {},
      OpenAI.RateLimitError,
      { code: "rate_limit_exceeded" },
    ],
    [
      "InternalServerError where the provider fails",
      () => client([refusals.failure]),
      {},
      OpenAI.InternalServerError,
      { code: "upstream" },
    ],
  ];
  for (const [what, start, more, expected, facts] of failures) {
    for (const stream of [false, true]) {
      it(`throws ${what}, ${stream ? "" : "not "}streaming`, async () => {
        const openai = await start();

        const error: unknown = await openai.chat.completions
          .create({ model, messages: hello, ...more, stream })
          .catch((reason: unknown) => reason);

        expect(error).to.be.instanceOf(expected);
        expect(error).to.include(facts);
      });
    }
  }

  it("throws an APIError for a stream that breaks off, after what had come", async () => {
    const openai = await client([{ text: "Half an answer", then: "cut" }]);
    const stream = await openai.chat.completions.create({ model, messages: hello, stream: true });
    let text = "";
    let thrown: unknown;
    try {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    } catch (error) {
      thrown = error;
    }

    expect(text).to.match(/^Half/);
    expect(thrown).to.be.instanceOf(OpenAI.APIError);
    expect(thrown).to.include({ code: "upstream_interrupted" });
  });

  it("tries again by itself when it is held back, as Retry-After says", async () => {
    const openai = await client([refusals.rateLimit(1), { text: "Now." }]);
    const patient = openai.withOptions({ maxRetries: 1 });
    const began = performance.now();

    const { choices } = await patient.chat.completions.create({ model, messages: hello });

    expect(choices[0]?.message.content).to.equal("Now.");
    expect(performance.now() - began).to.be.at.least(900);
  });

  it("can leave in the midst of a stream", async () => {
    const openai = await client([{ text: "Half an answer", then: "stall" }]);
    const controller = new AbortController();
    const stream = await openai.chat.completions.create(
      { model, messages: hello, stream: true },
      { signal: controller.signal },
    );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) controller.abort();

    expect(controller.signal.aborted).to.equal(true);
    expect((await openai.models.list()).data).to.have.length.greaterThan(0);
  });
});

/** The client's classes differ in what their constructors take. */
type ErrorClass = new (...args: never[]) => Error;
