import { expect } from "chai";
import { inputItem } from "../../../agent/http/responses/input-items.ts";
import { messagesOf } from "../../../agent/http/responses/input-messages.ts";
import { stateSeal } from "../../../agent/http/responses/sealed-state.ts";

const seal = stateSeal("a secret");
const messages = (...items: readonly object[]) =>
  messagesOf(
    items.map((item) => inputItem.parse(item)),
    seal,
  );
const call = (id: string) => ({ type: "function_call", call_id: id, name: "f", arguments: "{}" });
const called = (id: string) => ({ id, type: "function", function: { name: "f", arguments: "{}" } });
const sealed = (words: string, isOfMessageBefore = false) => ({
  type: "reasoning",
  summary: [],
  encrypted_content: seal.seal({
    state: { reasoning_content: words },
    calls: {},
    isOfMessageBefore,
  }),
});

describe("the messages of items", () => {
  it("have one for each turn: what was thought, said and called in it", () => {
    const said = { role: "assistant", content: "Let me look." };

    expect(messages(sealed("Hm."), said, call("a"), call("b"))).to.deep.equal([
      {
        role: "assistant",
        reasoning_content: "Hm.",
        content: "Let me look.",
        tool_calls: [called("a"), called("b")],
      },
    ]);
  });

  it("begin a turn where its reasoning begins, or where more is said", () => {
    const said = { role: "assistant", content: "Yes." };

    expect(messages(said, said, sealed("Hm."), call("a"))).to.deep.equal([
      { role: "assistant", content: "Yes." },
      { role: "assistant", content: "Yes." },
      { role: "assistant", reasoning_content: "Hm.", content: null, tool_calls: [called("a")] },
    ]);
  });

  it("have reasoning that was known late with the message before it", () => {
    expect(messages({ role: "assistant", content: "Yes." }, sealed("Hm.", true))).to.deep.equal([
      { role: "assistant", reasoning_content: "Hm.", content: "Yes." },
    ]);
  });

  it("have what a provider added to a call with that call", () => {
    const extra_content = { google: { thought_signature: "s" } };
    const encrypted_content = seal.seal({
      state: {},
      calls: { b: { extra_content } },
      isOfMessageBefore: false,
    });

    expect(messages({ type: "reasoning", encrypted_content }, call("a"), call("b"))).to.deep.equal([
      {
        role: "assistant",
        content: null,
        tool_calls: [called("a"), { ...called("b"), extra_content }],
      },
    ]);
  });

  it("have reasoning in plain words as such, and none that nothing followed", () => {
    const plain = {
      type: "reasoning",
      id: "rs_1",
      summary: [{ type: "summary_text", text: "Hm." }],
    };
    const question = { role: "user", content: "And?" };

    expect(messages(plain, call("a"), plain, question)).to.deep.equal([
      { role: "assistant", reasoning_content: "Hm.", content: null, tool_calls: [called("a")] },
      { role: "user", content: "And?" },
    ]);
  });

  it("have the agent's own calls with their results, and a search as what was answered with it", () => {
    const own = {
      type: "mcp_call",
      id: "mcp_1",
      server_label: "agent",
      name: "current_time",
      arguments: "{}",
      output: "late",
    };

    expect(
      messages({ type: "web_search_call", id: "ws_1", status: "completed" }, own),
    ).to.deep.equal([
      {
        role: "assistant",
        content: null,
        tool_calls: [{ ...called("mcp_1"), function: { name: "current_time", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "mcp_1", content: "late" },
    ]);
  });
});

describe("sealed reasoning", () => {
  const state = { state: { reasoning_content: "Hm." }, calls: {}, isOfMessageBefore: false };

  it("is opened by the same secret, after a restart too", () => {
    expect(stateSeal("a secret").open(seal.seal(state))).to.deep.equal(state);
  });

  it("is opened neither by another secret, nor when it was changed or cut", () => {
    const text = seal.seal(state);
    const changed = `${text.slice(0, -4)}AAA=`;

    expect(stateSeal("another").open(text)).to.equal(undefined);
    for (const wrong of [changed, text.slice(0, 20), "", "not base64 at all!"]) {
      expect(seal.open(wrong), wrong).to.equal(undefined);
    }
  });
});
