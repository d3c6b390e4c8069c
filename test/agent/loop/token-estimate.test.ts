import { expect } from "chai";
import { tokenEstimate } from "../../../agent/loop/token-estimate.ts";
import { tokenScales } from "../../../agent/loop/token-scale.ts";

const tokensOf = (text: string) => {
  const { ascii, other } = tokenEstimate(text);
  return ascii + other;
};

describe("an estimate of tokens", () => {
  // Between what a large vocabulary makes of each text and what the stack's small local model does.
  const counted = {
    English: ["The committee has decided to postpone the meeting until next Thursday. ", 12, 13],
    Chinese: ["今天的天气非常好，我们决定去公园散步，然后在湖边吃午饭。", 18, 54],
    Thai: ["วันนี้อากาศดีมาก เราจึงตัดสินใจไปเดินเล่น", 16, 76],
    Russian: ["Сегодня прекрасная погода, и мы решили погулять. ", 12, 35],
    emoji: ["😀🎉🚀🌍🔥✨", 9, 20],
    base64: ["6R0TzXqkV2hJcD9wLmA4sGfYpNbUe3Qi", 17, 26],
  } as const satisfies Readonly<Record<string, readonly [string, number, number]>>;
  for (const [script, [text, least, most]] of Object.entries(counted)) {
    it(`is between what small and large vocabularies make of ${script}`, () => {
      // A little beyond either is as good: a model's own counts correct it.
      expect(tokensOf(text)).to.be.within(least * 0.8, most * 1.2);
    });
  }

  it("of a long text is made of parts of it, in little time", () => {
    const sentence = "The committee has decided to postpone the meeting until next Thursday. ";
    const text = sentence.repeat(400_000);
    const began = performance.now();

    const tokens = tokensOf(text);

    expect(tokens).to.be.closeTo(tokensOf(sentence) * 400_000, tokens * 0.02);
    expect(performance.now() - began).to.be.lessThan(1000);
  });
});

describe("a model's scale", () => {
  const chinese = tokenEstimate("今".repeat(1000));
  const english = tokenEstimate("word ".repeat(1000));

  it("comes close to what the model counts", () => {
    const scale = tokenScales().of("planner");
    for (let turn = 0; turn < 20; turn++) scale.learn(chinese, 1900);

    expect(scale.tokens(chinese)).to.be.within(1850, 1900);
  });

  it("is learned for each script, so that nobody's texts count for another's", () => {
    const scale = tokenScales().of("planner");
    const before = scale.tokens(english);
    for (let turn = 0; turn < 100; turn++) scale.learn(chinese, 1_000_000);

    expect(scale.tokens(english)).to.equal(before);
    expect(scale.tokens(chinese)).to.be.at.most(2500);
  });

  it("has its bounds, whatever a server counts", () => {
    const scale = tokenScales().of("planner");
    for (const counted of [0, -5, Number.NaN, 1, 1e12]) scale.learn(english, counted);

    expect(scale.tokens(english)).to.be.within(0.7 * 1050, 1.4 * 1050);
  });

  it("is each model's own", () => {
    const scales = tokenScales();
    for (let turn = 0; turn < 20; turn++) scales.of("small").learn(chinese, 2000);

    expect(scales.of("large").tokens(chinese)).to.equal(1000);
    expect(scales.of("small").tokens(chinese)).to.be.above(1900);
  });
});
