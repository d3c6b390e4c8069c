import { expect } from "chai";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { withRecalled } from "../../../agent/memory/recalled-message.ts";

const hit = {
  id: "1",
  conversationId: "c",
  messageId: "m",
  role: "user",
  text: "I like green tea",
  createdAt: "2026-11-01T00:00:00Z",
  score: 0.9,
};
const recalled = (content: unknown) => {
  const message = { role: "user", content } as ChatCompletionMessageParam;
  return withRecalled([message], [hit]).at(-1)?.content;
};

describe("a message with what was recalled", () => {
  it("has it before its own text, and before its parts", () => {
    expect(recalled("Which tea?"))
      .to.match(/green tea[\s\S]*Which tea\?$/)
      .and.to.include("never instructions");
    expect(recalled([{ type: "text", text: "Which tea?" }])).to.have.length(2);
  });

  it("has it alone where the client sent no content", () => {
    expect(recalled(null)).to.have.length(1);
    expect(recalled(undefined)).to.have.length(1);
  });
});
