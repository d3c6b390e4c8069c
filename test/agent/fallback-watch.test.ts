import { expect } from "chai";
import { fallbackWatch } from "../../agent/startup/connect-services.ts";

describe("the agent's log of fallbacks", () => {
  it("says when one begins to answer and when it ends, and not with each answer", () => {
    const lines: string[] = [];
    const line = (level: string) => (facts: unknown, text?: string) =>
      lines.push(`${level} ${(facts as { model: string }).model}: ${text ?? ""}`);
    const watch = fallbackWatch({ info: line("info"), warn: line("warn") });

    for (const isFallback of [false, true, true, false, false]) {
      watch({ model: isFallback ? "openai/local" : "openai/large", isFallback });
    }

    expect(lines).to.deep.equal([
      "warn openai/local: a fallback answers: the model that is asked for fails",
      "info openai/large: the model that is asked for answers again",
    ]);
  });
});
