import { expect } from "chai";
import { readChunk } from "../../../agent/adapters/model-chunk.ts";
import { charactersOf, startOfChunk } from "../../../agent/loop/chunk-size.ts";
import { turnBuilder } from "../../../agent/loop/turn.ts";
import type { ModelChunk } from "../../../agent/ports/model-chunk.ts";

function chunkOf(delta: object, more: object = {}): ModelChunk {
  const chunk = readChunk({ choices: [{ index: 0, delta, finish_reason: null }], ...more });
  if (chunk === undefined) throw new Error("this is not a chunk");
  return chunk;
}

function turnOf(...deltas: readonly object[]) {
  const builder = turnBuilder(() => "ours");
  for (const delta of deltas) builder.add(chunkOf(delta));
  return builder.build();
}

describe("a turn's reasoning", () => {
  it("is put together from its words", () => {
    const turn = turnOf(
      { reasoning_content: "The user " },
      { reasoning_content: "greets." },
      { content: "Hello." },
    );
    expect(turn.reasoning).to.equal("The user greets.");
    expect(turn.state).to.deep.equal({ reasoning_content: "The user greets." });
    expect(turn.content).to.equal("Hello.");
  });

  it("keeps the name that its server has for it", () => {
    const turn = turnOf({ reasoning: "Think" }, { reasoning: "ing." });
    expect(turn.reasoning).to.equal("Thinking.");
    expect(turn.state).to.deep.equal({ reasoning: "Thinking." });
  });

  it("is kept once where a server sends it under both names", () => {
    const turn = turnOf({ reasoning_content: "Hm.", reasoning: "Hm." });
    expect(turn.state).to.deep.equal({ reasoning_content: "Hm." });
  });

  it("leaves nothing of a server that sends it empty", () => {
    expect(turnOf({ content: "Hi", reasoning_content: "", thinking_blocks: null }).state).to.be
      .empty;
  });

  it("has Claude's blocks as LiteLLM streams them, each with its signature", () => {
    const thinking = (block: object) => ({
      reasoning_content: "",
      thinking_blocks: [{ type: "thinking", ...block }],
      provider_specific_fields: { thinking_blocks: [{ type: "thinking", ...block }] },
    });
    const turn = turnOf(
      thinking({ thinking: "I need ", index: 0 }),
      thinking({ thinking: "the time.", index: 0 }),
      thinking({ thinking: "", signature: "c2lnMQ==", index: 0 }),
      { thinking_blocks: [{ type: "redacted_thinking", data: "ZGF0YQ==", index: 1 }] },
      thinking({ thinking: "Now.", index: 2 }),
      thinking({ thinking: "", signature: "c2lnMg==", index: 2 }),
    );
    expect(turn.state).to.deep.equal({
      thinking_blocks: [
        { type: "thinking", thinking: "I need the time.", signature: "c2lnMQ==" },
        { type: "redacted_thinking", data: "ZGF0YQ==" },
        { type: "thinking", thinking: "Now.", signature: "c2lnMg==" },
      ],
    });
  });

  it("ends a block with its signature where no block has a number", () => {
    const block = (fields: object) => ({ thinking_blocks: [{ type: "thinking", ...fields }] });
    const turn = turnOf(
      block({ thinking: "One." }),
      block({ signature: "s1" }),
      block({ thinking: "Two." }),
      block({ signature: "s2" }),
    );
    expect(turn.state.thinking_blocks).to.deep.equal([
      { type: "thinking", thinking: "One.", signature: "s1" },
      { type: "thinking", thinking: "Two.", signature: "s2" },
    ]);
  });

  it("has OpenRouter's details with their numbers", () => {
    const detail = (fields: object) => ({ reasoning_details: [fields] });
    const turn = turnOf(
      detail({ type: "reasoning.text", text: "Let me ", format: "anthropic-claude-v1", index: 0 }),
      detail({ type: "reasoning.text", text: "see.", format: "anthropic-claude-v1", index: 0 }),
      detail({ type: "reasoning.text", signature: "s", format: "anthropic-claude-v1", index: 0 }),
      detail({ type: "reasoning.encrypted", data: "e1", index: 1 }),
      detail({ type: "reasoning.encrypted", data: "e2", index: 1 }),
    );
    expect(turn.state.reasoning_details).to.deep.equal([
      {
        type: "reasoning.text",
        format: "anthropic-claude-v1",
        index: 0,
        signature: "s",
        text: "Let me see.",
      },
      { type: "reasoning.encrypted", data: "e1", index: 1 },
      { type: "reasoning.encrypted", data: "e2", index: 1 },
    ]);
  });

  it("has the items of OpenAI's Responses, and a provider's own fields", () => {
    const item = { type: "reasoning", id: "rs_1", encrypted_content: "xyz", summary: [] };
    const turn = turnOf(
      { provider_specific_fields: { results: [1] } },
      { provider_specific_fields: { results: [1, 2], citation: { start: 1 } } },
      { content: "", reasoning_items: [item] },
    );
    expect(turn.state).to.deep.equal({
      reasoning_items: [item],
      provider_specific_fields: { results: [1, 2] },
    });
  });

  it("has what a provider adds to a call, wherever it puts it", () => {
    const { calls } = turnOf(
      {
        tool_calls: [
          {
            index: 0,
            id: "a",
            function: { name: "one", arguments: "" },
            provider_specific_fields: { thought_signature: "s1" },
          },
          {
            index: 1,
            id: "b",
            function: {
              name: "two",
              arguments: "{}",
              provider_specific_fields: { thought_signature: "s2" },
            },
            extra_content: { google: { thought_signature: "s2" } },
          },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
    );
    expect(calls).to.deep.equal([
      {
        id: "a",
        type: "function",
        function: { name: "one", arguments: "{}" },
        provider_specific_fields: { thought_signature: "s1" },
      },
      {
        id: "b",
        type: "function",
        function: { name: "two", arguments: "{}" },
        provider_specific_fields: { thought_signature: "s2" },
        extra_content: { google: { thought_signature: "s2" } },
      },
    ]);
  });

  it("that can't be read is left out, and the answer is not", () => {
    const turn = turnOf({
      content: "Fine.",
      reasoning_content: 5,
      reasoning: { effort: "high" },
      thinking_blocks: [{ type: "x".repeat(1000) }, "no block"],
      reasoning_items: "none",
      provider_specific_fields: [],
      reasoning_details: [[]],
    });
    expect(turn.content).to.equal("Fine.");
    expect(turn.state).to.be.empty;
  });

  it("has no more blocks than any turn has", () => {
    const blocks = Array.from({ length: 5000 }, (_, index) => ({ type: "thinking", index }));
    const items = Array.from({ length: 5000 }, (_, index) => ({ index }));
    const { state } = turnOf({ thinking_blocks: blocks, reasoning_items: items });
    expect(state.thinking_blocks).to.have.length(1000);
    expect(state.reasoning_items).to.have.length(1000);
  });
});

describe("the size of a chunk", () => {
  it("counts what a turn keeps of a provider's fields", () => {
    const characters = (delta: object) => charactersOf(chunkOf(delta));
    expect(characters({ content: "abc" })).to.equal(3);
    expect(characters({ reasoning_content: "abcd" })).to.equal(4);
    expect(characters({ reasoning: "abcd" })).to.equal(4);
    const block = { type: "thinking", thinking: "abcde", signature: "sig", index: 7 };
    expect(characters({ thinking_blocks: [block] })).to.equal(8);
    expect(characters({ reasoning_items: [{ id: "rs" }] })).to.equal('[{"id":"rs"}]'.length);
    expect(characters({ provider_specific_fields: { a: "b" } })).to.equal('{"a":"b"}'.length);
    const call = { index: 0, id: "c", extra_content: { a: "b" }, function: { name: "n" } };
    expect(characters({ tool_calls: [call] })).to.equal(2 + '{"a":"b"}'.length);
  });

  it("is cut in the reasoning before the words", () => {
    const whole = chunkOf({ reasoning_content: "thinking", content: "said" });
    const cut = (characters: number) => startOfChunk(whole, characters).choices[0]?.delta;
    expect(cut(5)).to.deep.equal({ content: "", reasoning_content: "think" });
    expect(cut(10)).to.deep.equal({ content: "sa", reasoning_content: "thinking" });
  });
});

describe("a turn's usage", () => {
  it("has the kinds of tokens that its server tells", () => {
    const builder = turnBuilder(() => "ours");
    builder.add(
      chunkOf(
        {},
        {
          model: "deepseek-v4-pro",
          usage: {
            prompt_tokens: 9,
            completion_tokens: 7,
            total_tokens: 16,
            prompt_tokens_details: { cached_tokens: 4, text_tokens: null, __proto__: 1 },
            completion_tokens_details: { reasoning_tokens: 5.2, of_another_kind: 3 },
          },
        },
      ),
    );
    const { usage, answeredBy } = builder.build();
    expect(answeredBy).to.equal("deepseek-v4-pro");
    expect(usage).to.deep.equal({
      prompt_tokens: 9,
      completion_tokens: 7,
      total_tokens: 16,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
  });
});
