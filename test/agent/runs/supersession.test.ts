import { expect } from "chai";
import type { ClientTurn } from "../../../agent/runs/client-turn.ts";
import { type NamedMessage, supersession } from "../../../agent/runs/supersession.ts";

/** A tree as Open WebUI names it: q1 ← a1 ← q2 ← a2. */
const said: readonly (readonly [id: string, parent: string | null, words: string | null])[] = [
  ["q1", "", "I like tea."],
  ["a1", "q1", "Noted: tea."],
  ["q2", "a1", "And cake."],
  ["a2", "q2", "Noted: cake."],
];

function stored(
  messages: typeof said = said,
  { superseded = [] }: { superseded?: readonly string[] } = {},
): NamedMessage[] {
  return messages.map(([externalId, externalParent, words], index) => ({
    // More than one message may be of one name.
    id: `${externalId}#${index}`,
    externalId,
    externalParent,
    words,
    isSuperseded: superseded.includes(externalId),
  }));
}

function turn(
  [question, parent, answer]: readonly [string, string | undefined, string | undefined],
  ...words: readonly string[]
): ClientTurn {
  const roles = ["user", "assistant"] as const;
  const history = words.map((content, index) => ({ role: roles[index % 2] ?? "user", content }));
  return { question, parent, answer, history };
}

const names = (ids: readonly string[]) => ids.map((id) => id.split("#")[0]);

function follow(messages: readonly NamedMessage[], next: ClientTurn) {
  const { superseded, reinstated, isQuestionStored } = supersession(messages, next);
  return {
    superseded: names(superseded),
    reinstated: names(reinstated),
    ...(isQuestionStored && { isQuestionStored }),
  };
}

const nothing = { superseded: [], reinstated: [] };
const whole = ["I like tea.", "Noted: tea.", "And cake.", "Noted: cake."] as const;

describe("what a client's history no longer has", () => {
  it("is nothing while the chat goes on", () => {
    expect(follow(stored(), turn(["q3", "a2", "a3"], ...whole, "What?"))).to.deep.equal(nothing);
    expect(follow([], turn(["q1", "", "a1"], "I like tea."))).to.deep.equal(nothing);
  });

  it("is an answer that is made again, whose question is stored already", () => {
    const again = turn(["q2", "a1", "a2b"], "I like tea.", "Noted: tea.", "And cake.");

    expect(follow(stored(), again)).to.deep.equal({
      superseded: ["a2"],
      reinstated: [],
      isQuestionStored: true,
    });
  });

  it("is an answer that is made again with a wish, which its own words come with", () => {
    const { history, ...again } = turn(["q2", "a1", "a2b"], ...whole);
    const wish = { role: "user", content: "More concise." } as const;

    expect(follow(stored(), { ...again, history: [...history, wish] })).to.deep.equal({
      superseded: ["a2"],
      reinstated: [],
      isQuestionStored: true,
    });
  });

  it("is an edited question and all that followed it, the first one's too", () => {
    const last = turn(["q2b", "a1", "a2b"], "I like tea.", "Noted: tea.", "And rum.");
    const first = turn(["q1b", "", "a1b"], "I like rum.");

    expect(follow(stored(), last).superseded).to.deep.equal(["q2", "a2"]);
    expect(follow(stored(), first).superseded).to.deep.equal(["q1", "a1", "q2", "a2"]);
  });

  it("is there again when its branch is taken up again", () => {
    const branches = stored(
      [...said, ["q2b", "a1", "And rum."], ["a2b", "q2b", "Noted: rum."]] as typeof said,
      { superseded: ["q2", "a2"] },
    );

    expect(follow(branches, turn(["q3", "a2", "a3"], ...whole, "What?"))).to.deep.equal({
      superseded: ["q2b", "a2b"],
      reinstated: ["q2", "a2"],
    });
  });

  it("is of two models' answers the one that the chat does not go on with", () => {
    const both = stored([...said, ["a2b", "q2", "Cake, noted."]]);

    expect(follow(both, turn(["q3", "a2b", "a3"], "x", "y", "And cake.", "Cake, noted.", "What?")))
      .to.have.property("superseded")
      .that.includes("a2")
      .and.not.includes("a2b");
  });

  it("is what was changed where it is", () => {
    const changed = ["I like tea.", "Noted: rum.", "And cake.", "Noted: cake.", "What?"];

    expect(follow(stored(), turn(["q3", "a2", "a3"], ...changed)).superseded).to.deep.equal(["a1"]);
    expect(
      follow(stored(said, { superseded: ["a1"] }), turn(["q3", "a2", "a3"], ...whole, "What?")),
    ).to.deep.equal({ superseded: [], reinstated: ["a1"] });
  });

  it("is an answer of which somebody saved a copy in words of theirs", () => {
    const copied = turn(["q3", "copy", "a3"], ...whole.slice(0, 3), "Cake for two.", "What?");
    const twice = stored([...said.slice(0, 3), ["q2b", "a1", "And cake."], ["a2", "q2", "x"]]);

    expect(follow(stored(), copied).superseded).to.deep.equal(["a2"]);
    expect(follow(twice, copied).superseded).to.deep.equal([]);
  });

  it("is not what a shortened history does not reach back to", () => {
    const short = ["And cake.", "Noted: cake.", "What?"];
    const next = turn(["q3", "a2", "a3"], ...short);

    expect(follow(stored(), next)).to.deep.equal(nothing);
    expect(follow(stored(said, { superseded: ["a1"] }), next)).to.deep.equal(nothing);
    expect(follow(stored(), turn(["q3", "a2", "a3"], "What?"))).to.deep.equal(nothing);
  });

  it("is not an answer that is continued, nor what is around it", () => {
    // Open WebUI names no message before the question then.
    const rest = turn(["q2", undefined, "a2"], ...whole);

    expect(follow(stored(), rest)).to.deep.equal({ ...nothing, isQuestionStored: true });
  });

  it("is not a question that came with documents around it, others at each turn", () => {
    const documents = "### Task: …\n<context>x</context>\nAnd cake.";
    const again = turn(["q2", "a1", "a2b"], "I like tea.", "Noted: tea.", documents);

    expect(follow(stored(), again).superseded).to.deep.equal(["a2"]);
  });

  it("is not what can't be placed, as where a turn in between is not stored", () => {
    const gap = stored(said.slice(0, 2));
    const later = turn(["q3", "a2", "a3"], "x", "y", "What?");
    const unnamed = turn(["q9", undefined, undefined], "x", "y", "z");

    expect(follow(gap, later)).to.deep.equal(nothing);
    expect(follow(stored(), unnamed)).to.deep.equal(nothing);
  });

  it("is told in good time of a long chat that begins again", () => {
    const long = Array.from({ length: 20_000 }, (_each, index) => {
      return [`m${index}`, index === 0 ? "" : `m${index - 1}`, "x"] as const;
    });

    const next = turn(["again", "", "answer"], "y");
    expect(follow(stored(long), next).superseded).to.have.length(20_000);
  }).timeout(1000);

  it("is found though the client's names run in a circle", () => {
    const circle = stored([
      ["q1", "a1", "x"],
      ["a1", "q1", "y"],
    ]);

    expect(follow(circle, turn(["q2", "q2", "q2"], "x")).superseded).to.deep.equal([]);
  });

  it("has no words where nothing of it is remembered: that goes with its branch", () => {
    const tools = stored([...said, ["a2", "q2", null]]);

    expect(
      follow(tools, turn(["q2b", "a1", "a2b"], "I like tea.", "Noted: tea.", "x")).superseded,
    ).to.deep.equal(["q2", "a2", "a2"]);
    expect(follow(tools, turn(["q3", "a2", "a3"], ...whole, "What?"))).to.deep.equal(nothing);
  });
});
