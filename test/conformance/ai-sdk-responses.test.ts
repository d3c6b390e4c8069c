import { createOpenAI, type OpenAIProvider } from "@ai-sdk/openai";
import { createOpenResponses } from "@ai-sdk/open-responses";
import { APICallError, generateText, isStepCount, Output, streamText } from "ai";
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
const ownTurns: readonly Turn[] = [
  { calls: [{ name: "current_time", args: "{}" }] },
  { text: "It is late." },
];
const search = {
  search: () => Promise.resolve([{ title: "Hours", url: "https://a.test/", snippet: "Nine" }]),
};
const searchTurns: readonly Turn[] = [
  { calls: [{ name: "web_search", args: '{"query":"hours"}' }] },
  { text: "At nine." },
];

describe("the ai SDK's provider for OpenAI, as it is by default", () => {
  let agent: ConformanceAgent | undefined;
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
  });

  async function provider(
    turns: readonly Turn[] | typeof obligingTurn = obligingTurn,
    changes: Parameters<typeof conformanceAgent>[1] = {},
  ): Promise<OpenAIProvider> {
    agent = await conformanceAgent(turns, changes);
    return createOpenAI({ baseURL: agent.url, apiKey: agent.apiKey });
  }

  it("generates text, with its usage", async () => {
    const openai = await provider();

    const { text, usage, finishReason } = await generateText({
      model: openai("planner"),
      prompt: "Hello there.",
    });

    expect(text).to.equal("Hello there.");
    expect(finishReason).to.equal("stop");
    expect(usage).to.include({ inputTokens: 3, outputTokens: 2 });
  });

  it("streams text, with its usage at the end", async () => {
    const openai = await provider();

    const result = streamText({ model: openai("planner"), prompt: "Hello there." });
    const parts: string[] = [];
    for await (const part of result.textStream) parts.push(part);

    expect(parts.join("")).to.equal("Hello there.");
    expect(parts.length).to.be.greaterThan(1);
    expect(await result.usage).to.include({ inputTokens: 3, outputTokens: 2 });
  });

  it("runs its own tools and refers to what was said before, streaming or not", async () => {
    const openai = await provider();
    const asked = { model: openai("planner"), prompt: question, tools, stopWhen: isStepCount(3) };

    const whole = await generateText(asked);
    const streamed = streamText(asked);

    expect(whole.text).to.equal(`It rains. (${question})`);
    expect(await streamed.text).to.equal(`It rains. (${question})`);
    expect(await streamed.steps).to.have.length(2);
  });

  it("goes on with a conversation that has the agent's own tools in it", async () => {
    for (const isStreamed of [false, true]) {
      const openai = await provider([...ownTurns, { text: "Still late." }]);
      const model = openai("planner");
      const first = isStreamed
        ? streamText({ model, prompt: "How late is it?", tools })
        : await generateText({ model, prompt: "How late is it?", tools });
      expect(await first.text).to.equal("It is late.");

      const messages = (await first.steps).at(-1)?.response.messages ?? [];
      const second = await generateText({
        model,
        messages: [
          { role: "user", content: "How late is it?" },
          ...messages,
          { role: "user", content: "And now?" },
        ],
        tools,
      });

      expect(second.text).to.equal("Still late.");
      await agent?.close();
    }
    agent = undefined;
  });

  it("has the agent's search as its own tool, with its sources", async () => {
    for (const isStreamed of [false, true]) {
      const openai = await provider(searchTurns, { search });
      const asked = {
        model: openai("planner"),
        prompt: "When?",
        tools: { web_search: openai.tools.webSearch({ searchContextSize: "low" }) },
      };

      const result = isStreamed ? streamText(asked) : await generateText(asked);

      expect(await result.text).to.equal("At nine.");
      const [call] = await result.toolCalls;
      expect(call).to.include({ toolName: "web_search", providerExecuted: true });
      expect(call?.invalid).to.equal(undefined);
      const sources = await result.sources;
      expect(sources.map((source) => "url" in source && source.url)).to.include("https://a.test/");
      await agent?.close();
    }
    agent = undefined;
  });

  it("generates an object, as its output", async () => {
    const openai = await provider();

    const { output } = await generateText({
      model: openai("planner"),
      output: Output.object({ schema: z.object({ answer: z.number(), why: z.string() }) }),
      prompt: "42 is the answer.",
    });

    expect(output).to.deep.equal({ answer: 42, why: "42 is the answer." });
  });

  it("has its own error for a failure, and is told of a stream that breaks off", async () => {
    const openai = await provider([refusals.failure, { text: "Half an answer", then: "cut" }]);
    const asked = { model: openai("planner"), prompt: "Hello?", maxRetries: 0 };

    const error: unknown = await generateText(asked).catch((reason: unknown) => reason);
    const errors: unknown[] = [];
    const result = streamText({ ...asked, onError: ({ error: told }) => void errors.push(told) });
    let text = "";
    for await (const part of result.textStream) text += part;

    expect(APICallError.isInstance(error)).to.equal(true);
    expect(error).to.include({ statusCode: 502 });
    expect(text).to.match(/^Half/);
    expect(errors.map((each) => JSON.stringify(each) + String(each)).join()).to.match(
      /upstream_interrupted|broke off/,
    );
  });
});

describe("the ai SDK's provider for Open Responses", () => {
  it("generates and streams text, and runs its own tools", async () => {
    const agent = await conformanceAgent(obligingTurn);
    const model = createOpenResponses({
      name: "agent-stack",
      url: `${agent.url}/responses`,
      apiKey: agent.apiKey,
    })("planner");

    const { text } = await generateText({ model, prompt: "Hello there." });
    const streamed = await streamText({ model, prompt: "Hello there." }).text;
    const stopWhen = isStepCount(3);
    const withTools = await generateText({ model, prompt: question, tools, stopWhen });
    await agent.close();

    expect(text).to.equal("Hello there.");
    expect(streamed).to.equal("Hello there.");
    expect(withTools.text).to.equal(`It rains. (${question})`);
  });
});
