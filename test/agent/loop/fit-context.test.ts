import { expect } from "chai";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { ApiError } from "../../../agent/errors/api-error.ts";
import { fitContext, leastTokens } from "../../../agent/loop/fit-context.ts";
import { tokenScales } from "../../../agent/loop/token-scale.ts";

type Message = ChatCompletionMessageParam;

const scale = tokenScales().of("planner");
/** A character of this script is a token, and so many more are around a message. */
const character = "\u6587";

const system: Message = { role: "system", content: "rules" };
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });
const called = (...ids: string[]): Message => ({
  role: "assistant",
  content: null,
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "f", arguments: "{}" } })),
});
const output = (id: string, characters: number): Message => ({
  role: "tool",
  tool_call_id: id,
  content: character.repeat(characters),
});

const told = (messages: readonly Message[], tokens: number) =>
  fitContext(messages, tokens, scale).map(({ role, content }) =>
    typeof content === "string" && content.startsWith("[") ? `${role}: note` : role,
  );

describe("what a model is told", () => {
  it("is everything while it fits", () => {
    const messages = [system, user("a"), called("x"), output("x", 50), assistant("b"), user("c")];

    expect(fitContext(messages, 1000, scale)).to.deep.equal(messages);
  });

  it("first loses the outputs of tools, the oldest first and only as many as must go", () => {
    const messages = [
      user("a"),
      called("x"),
      output("x", 500),
      called("y"),
      output("y", 500),
      assistant("b"),
      user("c"),
    ];

    expect(told(messages, 800)).to.deep.equal([
      "user",
      "assistant",
      "tool: note",
      "assistant",
      "tool",
      "assistant",
      "user",
    ]);
    expect(fitContext(messages, 800, scale)[2]).to.deep.include({
      tool_call_id: "x",
      content: "[500 characters, left out to fit the model's context]",
    });
  });

  it("then loses whole turns, results together with their calls, and keeps the system's word", () => {
    const long = character.repeat(300);
    const messages = [
      user(long),
      called("x", "y"),
      output("x", 10),
      output("y", 10),
      assistant(long),
      system,
      user("second"),
      assistant("answer"),
      user("third"),
    ];

    expect(fitContext(messages, 400, scale)).to.deep.equal([
      system,
      user("second"),
      assistant("answer"),
      user("third"),
    ]);
  });

  it("then loses the older rounds of the turn that is going on, and keeps the newest whole", () => {
    const question = user("question");
    const newest = [called("z"), output("z", 300)];
    const messages = [
      question,
      called("x"),
      output("x", 20),
      called("y"),
      output("y", 20),
      ...newest,
    ];

    expect(fitContext(messages, 380, scale)).to.deep.equal([question, ...newest]);
  });

  it("loses outputs of the newest round last, before it fails a run", () => {
    const messages = [user("question"), called("x", "y"), output("x", 300), output("y", 300)];

    expect(told(messages, 550)).to.deep.equal(["user", "assistant", "tool: note", "tool"]);
  });

  it("is refused in OpenAI's words where what must stay is too long", () => {
    const refused = (messages: readonly Message[], tokens: number) => {
      try {
        fitContext(messages, tokens, scale);
      } catch (error) {
        return error;
      }
      return expect.fail("should have thrown");
    };
    const tooLong = [
      [assistant("old"), user(character.repeat(200))],
      [{ ...system, content: character.repeat(200) }, user("short")],
      // The client's own result, which the model was asked to read.
      [user("short"), called("x"), output("x", 200)],
    ] as const;

    for (const messages of tooLong) {
      const error = refused(messages, 150);
      expect(error).to.be.instanceOf(ApiError);
      expect(error).to.include({
        status: 400,
        code: "context_length_exceeded",
        type: "invalid_request_error",
      });
    }
  });

  it("counts a picture by no byte of its base64", () => {
    const url = `data:image/png;base64,${"A".repeat(1_000_000)}`;
    const picture: Message = {
      role: "user",
      content: [
        { type: "text", text: "what is it?" },
        { type: "image_url", image_url: { url } },
      ],
    };

    expect(fitContext([picture], 10_000, scale)).to.deep.equal([picture]);
    expect(leastTokens([assistant("x".repeat(50)), picture], scale)).to.be.lessThan(10_000);
  });
});
