import { Agent, OpenAIProvider, Runner, tool, user } from "@openai/agents";
import { expect } from "chai";
import { z } from "zod";
import {
  conformanceAgent,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import type { Turn } from "../support/model-turn.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const question = "The weather in Oslo?";
const getWeather = tool({
  name: "get_weather",
  description: "The weather at a place.",
  parameters: z.object({ place: z.string() }),
  execute: ({ place }) => `It rains. (${place})`,
});

describe("OpenAI's Agents SDK, as it is by default", () => {
  let served: ConformanceAgent | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  async function runner(turns: readonly Turn[] | typeof obligingTurn = obligingTurn) {
    served = await conformanceAgent(turns);
    const { url: baseURL, apiKey } = served;
    // Traces go to OpenAI's own server.
    return new Runner({
      modelProvider: new OpenAIProvider({ baseURL, apiKey }),
      tracingDisabled: true,
    });
  }
  const assistant = new Agent({
    name: "Assistant",
    instructions: "Be short.",
    model: "planner",
    tools: [getWeather],
  });

  it("runs its tools, and goes on with what was said", async () => {
    const run = await runner();

    const first = await run.run(assistant, question);
    const onward = await run.run(assistant, [...first.history, user("Hello there.")]);
    const byId = await run.run(assistant, "Hello there.", {
      ...(first.lastResponseId && { previousResponseId: first.lastResponseId }),
    });

    expect(first.finalOutput).to.equal(`It rains. (${question})`);
    expect(onward.finalOutput).to.equal("Hello there.");
    expect(byId.finalOutput).to.equal("Hello there.");
  });

  it("streams", async () => {
    const run = await runner();

    const result = await run.run(assistant, question, { stream: true });
    const texts: string[] = [];
    for await (const text of result.toTextStream()) texts.push(text);
    await result.completed;

    expect(texts.join("")).to.equal(`It rains. (${question})`);
    expect(result.finalOutput).to.equal(`It rains. (${question})`);
  });

  it("goes on after the agent's own tools, as it shows them", async () => {
    const run = await runner([
      { calls: [{ name: "current_time", args: "{}" }] },
      { text: "It is late." },
      { text: "Still late." },
    ]);

    const first = await run.run(assistant, "How late is it?");
    const onward = await run.run(assistant, [...first.history, user("And now?")]);

    expect(first.finalOutput).to.equal("It is late.");
    expect(onward.finalOutput).to.equal("Still late.");
  });

  it("gives an output of its type", async () => {
    const run = await runner();
    const typed = new Agent({
      name: "Typed",
      model: "planner",
      outputType: z.object({ answer: z.number() }),
    });

    const { finalOutput } = await run.run(typed, "42 is the answer.");

    expect(finalOutput).to.deep.equal({ answer: 42 });
  });
});
