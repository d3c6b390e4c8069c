import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  APICallError,
  embedMany,
  generateObject,
  generateText,
  isStepCount,
  Output,
  streamText,
} from "ai";
import { expect } from "chai";
import { z } from "zod";
import {
  conformanceAgent,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { weatherTools as tools } from "../support/conformance/weather-tools.ts";
import { refusals, type Turn } from "../support/model-turn.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const question = "The weather in Oslo?";

describe("the ai SDK's OpenAI-compatible provider", () => {
  let agent: ConformanceAgent | undefined;
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
  });

  async function model(turns: readonly Turn[] | typeof obligingTurn = obligingTurn) {
    agent = await conformanceAgent(turns);
    const provider = createOpenAICompatible({
      name: "agent-stack",
      baseURL: agent.url,
      apiKey: agent.apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    return provider("planner");
  }

  it("generates text, with its usage", async () => {
    const { text, usage, finishReason } = await generateText({
      model: await model(),
      prompt: "Hello there.",
    });

    expect(text).to.equal("Hello there.");
    expect(finishReason).to.equal("stop");
    expect(usage).to.include({ inputTokens: 3, outputTokens: 2 });
  });

  it("streams text, with its usage at the end", async () => {
    const result = streamText({ model: await model(), prompt: "Hello there." });
    const parts: string[] = [];
    for await (const part of result.textStream) parts.push(part);

    expect(parts.join("")).to.equal("Hello there.");
    expect(parts.length).to.be.greaterThan(1);
    expect(await result.usage).to.include({ inputTokens: 3, outputTokens: 2 });
  });

  it("runs its own tools, and answers with what they gave", async () => {
    const { text, steps } = await generateText({
      model: await model(),
      prompt: question,
      tools,
      stopWhen: isStepCount(3),
    });

    expect(steps).to.have.length(2);
    expect(steps[0]?.toolCalls[0]).to.deep.include({ input: { place: question } });
    expect(text).to.equal(`It rains. (${question})`);
  });

  it("runs its own tools while it streams", async () => {
    const result = streamText({
      model: await model(),
      prompt: question,
      tools,
      stopWhen: isStepCount(3),
    });
    let text = "";
    for await (const part of result.textStream) text += part;

    expect(text).to.equal(`It rains. (${question})`);
    expect(await result.steps).to.have.length(2);
  });

  it("embeds texts", async () => {
    await model();
    const provider = createOpenAICompatible({
      name: "agent-stack",
      baseURL: agent?.url ?? "",
      apiKey: agent?.apiKey ?? "",
    });

    const { embeddings, usage } = await embedMany({
      model: provider.embeddingModel("embed"),
      values: ["ab", "c"],
    });

    expect(embeddings).to.deep.equal([
      [2, 97, 98],
      [1, 99, 99],
    ]);
    expect(usage.tokens).to.equal(2);
  });

  const schema = z.object({ answer: z.number(), why: z.string() });
  const prompt = "42 is the answer.";

  it("generates an object, as its output", async () => {
    const { output } = await generateText({
      model: await model(),
      output: Output.object({ schema }),
      prompt,
    });

    expect(output).to.deep.equal({ answer: 42, why: "42 is the answer." });
  });

  it("generates an object, in the way of before", async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- programs out there still do
    const { object } = await generateObject({ model: await model(), schema, prompt });

    expect(object).to.deep.equal({ answer: 42, why: "42 is the answer." });
  });

  it("has its own error for a failure, with the status and our words", async () => {
    const error: unknown = await generateText({
      model: await model([refusals.failure]),
      prompt: "Hello?",
      maxRetries: 0,
    }).catch((reason: unknown) => reason);

    expect(APICallError.isInstance(error)).to.equal(true);
    expect(error).to.include({ statusCode: 502, message: "The model server failed." });
  });

  it("is told of a stream that breaks off", async () => {
    const errors: unknown[] = [];
    const result = streamText({
      model: await model([{ text: "Half an answer", then: "cut" }]),
      prompt: "Hello?",
      maxRetries: 0,
      onError: ({ error }) => {
        errors.push(error);
      },
    });
    let text = "";
    for await (const part of result.textStream) text += part;

    expect(text).to.match(/^Half/);
    expect(errors.map((error) => JSON.stringify(error) + String(error)).join()).to.match(
      /upstream_interrupted|broke off/,
    );
  });
});
