import { expect } from "chai";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { turnBuilder } from "../../../agent/loop/turn.ts";

type Part = object;

/** The calls that parts, each in its own chunk, are put together to. */
function callsOf(...parts: readonly Part[]) {
  let made = 0;
  const builder = turnBuilder(() => `ours_${made++}`);
  for (const part of parts) {
    const choices = [{ index: 0, delta: { tool_calls: [part] }, finish_reason: null }];
    builder.add({ choices } as unknown as ChatCompletionChunk);
  }
  return builder
    .build()
    .calls.map(({ id, function: called }) => [id, called.name, called.arguments]);
}

const part = (more: object, name?: string, text?: string): Part => ({
  ...more,
  function: { ...(name !== undefined && { name }), ...(text !== undefined && { arguments: text }) },
});

describe("a turn's calls", () => {
  it("are put together by their index", () => {
    expect(
      callsOf(
        part({ index: 0, id: "a" }, "one", ""),
        part({ index: 1, id: "b" }, "two", ""),
        part({ index: 0 }, undefined, "{}"),
        part({ index: 1 }, undefined, '{"x":1}'),
      ),
    ).to.deep.equal([
      ["a", "one", "{}"],
      ["b", "two", '{"x":1}'],
    ]);
  });

  it("without an index begin with a new id", () => {
    expect(
      callsOf(
        part({ id: "a" }, "get_weather", '{"city":'),
        part({}, undefined, '"Rome"}'),
        part({ id: "b" }, "get_weather", '{"city":"Oslo"}'),
      ),
    ).to.deep.equal([
      ["a", "get_weather", '{"city":"Rome"}'],
      ["b", "get_weather", '{"city":"Oslo"}'],
    ]);
  });

  it("without an index or an id begin with a name", () => {
    expect(callsOf(part({}, "one", "{}"), part({}, "two", "{}"))).to.deep.equal([
      ["ours_0", "one", "{}"],
      ["ours_1", "two", "{}"],
    ]);
  });

  it("that all have the index 0 begin with a new id", () => {
    expect(
      callsOf(
        part({ index: 0, id: "a" }, "one", "{}"),
        part({ index: 0, id: "b" }, "two", "{"),
        part({ index: 0 }, undefined, "}"),
      ),
    ).to.deep.equal([
      ["a", "one", "{}"],
      ["b", "two", "{}"],
    ]);
  });

  it("have their name once, where a server repeats it with every part", () => {
    expect(
      callsOf(part({ index: 0, id: "a" }, "one", "{"), part({ index: 0, id: "a" }, "one", "}")),
    ).to.deep.equal([["a", "one", "{}"]]);
  });

  it("have their own ids, where a server gives one to several", () => {
    expect(
      callsOf(part({ index: 0, id: "a" }, "one", "{}"), part({ index: 1, id: "a" }, "two", "{}")),
    ).to.deep.equal([
      ["a", "one", "{}"],
      ["ours_0", "two", "{}"],
    ]);
  });
});
