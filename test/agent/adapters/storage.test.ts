import { expect } from "chai";
import { isAbsence } from "../../../agent/adapters/query.ts";
import {
  messageFrom,
  messageRow,
  messageRows,
  type MessageColumns,
} from "../../../agent/adapters/rows.ts";
import { storableJson } from "../../../agent/adapters/storable-json.ts";

describe("what is stored", () => {
  it("holds no character that Postgres refuses in jsonb", () => {
    const stored = storableJson({ prompt: "a\u0000b", parts: ["\ud800", "fine \u{1F600}"] });

    expect(stored).not.to.include("\\u0000").and.not.to.include("\\ud800");
    expect(JSON.parse(stored)).to.deep.equal({
      prompt: "a\uFFFDb",
      parts: ["\uFFFD", "fine \u{1F600}"],
    });
  });

  it("gives back the message that was stored", () => {
    const message = { role: "tool", tool_call_id: "call_1", content: "42" } as const;
    const row = JSON.parse(storableJson(messageRow(message))) as Partial<MessageColumns>;

    expect(messageFrom({ tool_calls: null, ...row } as MessageColumns)).to.deep.equal(message);
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

  it("tells a database that is away from a statement that is wrong", () => {
    const failure = (code: string) => Object.assign(new Error("x"), { severity: "ERROR", code });

    expect(isAbsence(new Error("connect ECONNREFUSED"))).to.equal(true);
    expect(isAbsence(failure("57P01"))).to.equal(true);
    expect(isAbsence(failure("23505"))).to.equal(false);
  });
});
