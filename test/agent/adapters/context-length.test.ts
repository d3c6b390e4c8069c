import { expect } from "chai";
import { countedIn } from "../../../agent/adapters/context-length.ts";

describe("a provider's count of a context", () => {
  const told: readonly (readonly [
    who: string,
    message: string,
    window: number,
    requested: number,
  ])[] = [
    [
      "OpenAI",
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
      8192,
      9001,
    ],
    [
      "vLLM",
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion).",
      4096,
      5000,
    ],
    ["Anthropic", "prompt is too long: 210000 tokens > 200000 maximum", 200_000, 210_000],
    [
      "Gemini",
      "The input token count (1,200,000) exceeds the maximum number of tokens allowed (1,048,576).",
      1_048_576,
      1_200_000,
    ],
    [
      "llama.cpp",
      "request (9000 tokens) exceeds the available context size (8192 tokens)",
      8192,
      9000,
    ],
  ];
  for (const [who, message, window, requested] of told) {
    it(`is read from the words of ${who}`, () => {
      expect(countedIn(message)).to.deep.equal({ window, requested });
    });
  }

  it("is unknown where there are no two numbers of tokens", () => {
    expect(countedIn("the request exceeds the available context size, try increasing it")).to.equal(
      undefined,
    );
    expect(countedIn("Error code 400: at most 8192 tokens")).to.equal(undefined);
  });
});
