import { expect } from "chai";
import { databaseFailure } from "../../../agent/adapters/database-failure.ts";
import { type MessageColumns, messageIn } from "../../../agent/adapters/message-columns.ts";
import { messageRow, messageRows } from "../../../agent/adapters/rows.ts";
import { storableInt, storableJson } from "../../../agent/adapters/storable-json.ts";

const empty: MessageColumns = {
  role: null,
  content: null,
  tool_calls: null,
  tool_call_id: null,
  provider_state: null,
};

describe("what is stored", () => {
  it("contains no character that Postgres refuses in jsonb", () => {
    const stored = storableJson({ prompt: "a\u0000b", parts: ["\ud800", "fine \u{1F600}"] });

    expect(stored).not.to.include("\\u0000").and.not.to.include("\\ud800");
    expect(JSON.parse(stored)).to.deep.equal({
      prompt: "a\uFFFDb",
      parts: ["\uFFFD", "fine \u{1F600}"],
    });
  });

  it("gives back the message that was stored", () => {
    const messages = [
      { role: "tool", tool_call_id: "call_1", content: "42" },
      {
        role: "assistant",
        content: null,
        reasoning_content: "The answer is known.",
        thinking_blocks: [{ type: "thinking", thinking: "The answer", signature: "s" }],
        tool_calls: [
          {
            id: "call_1",
            type: "function",
            function: { name: "f", arguments: "{}" },
            provider_specific_fields: { thought_signature: "t" },
          },
        ],
      },
    ] as const;
    for (const message of messages) {
      const row = JSON.parse(storableJson(messageRow(message as never))) as Partial<MessageColumns>;
      const columns = { ...empty, ...row };
      expect(messageIn(columns)).to.deep.equal(message);
    }
  });

  it("marks for memory a user's unanswered words and an answer, and nothing else", () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } } as const;
    const rows = messageRows(
      [
        { role: "user", content: "answered before" },
        { role: "assistant", content: "before" },
        { role: "user", content: "new" },
        { role: "user", content: " " },
      ],
      { traceparent: "a-span" },
    );
    const turn = messageRows(
      [
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "c", content: "a page" },
        { role: "assistant", content: "the answer" },
      ],
      { traceparent: "a-span" },
    );

    const marked = [...rows, ...turn].filter(({ remember }) => remember === "a-span");
    expect(marked.map(({ content }) => content)).to.deep.equal(["new", "the answer"]);
    expect(messageRows([{ role: "user", content: "x" }], undefined)[0]).not.to.have.property(
      "remember",
    );
  });

  it("is clean in its keys as in its values, however deep it is nested", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`) as object;

    expect(JSON.parse(storableJson({ "a\u0000b": 1, "c\ud800": { "\u0000": 2 } }))).to.deep.equal({
      "a\uFFFDb": 1,
      "c\uFFFD": { "\uFFFD": 2 },
    });
    expect(storableJson(deep)).to.include("[nested too deep]").and.to.have.length.below(5000);
  });

  it("has counts that fit their columns", () => {
    const counts = [1.5, 3e9, -1, NaN, Infinity].map(storableInt);

    expect(counts).to.deep.equal([2, 2_147_483_647, 0, 0, 2_147_483_647]);
  });
});

describe("a failed statement", () => {
  const said = (code: string) => Object.assign(new Error("x"), { severity: "ERROR", code });
  const failures: readonly [what: string, error: unknown, failure: string][] = [
    ["a connection that is refused", Object.assign(new Error(), { code: "ECONNREFUSED" }), "away"],
    ["a connection that broke", new Error("Connection terminated unexpectedly"), "away"],
    ["no connection in time", new Error("timeout exceeded when trying to connect"), "away"],
    ["Postgres' shutdown", said("57P01"), "away"],
    ["no room on its disk", said("53100"), "away"],
    ["a broken connection, as Postgres has it", said("08006"), "away"],
    ["a database that is not made yet", said("3D000"), "away"],
    ["a statement that took too long", said("57014"), "busy"],
    ["a deadlock", said("40P01"), "busy"],
    ["a key that is there twice", said("23505"), "refused"],
    ["a character that jsonb does not take", said("22P05"), "refused"],
    ["a number that is too large", said("22003"), "refused"],
    ["an index row that is too long", said("54000"), "refused"],
    ["our own mistake", new TypeError("x is not a function"), "refused"],
    ["nothing at all", undefined, "refused"],
  ];
  for (const [what, error, failure] of failures) {
    it(`by ${what} says: ${failure}`, () => {
      expect(databaseFailure(error)).to.equal(failure);
    });
  }
});
