import { expect } from "chai";
import { findPhrases } from "../../../scripts/voice/find-phrases.ts";
import type { Phrase } from "../../../scripts/voice/phrases.ts";

const phrase: Phrase = { pattern: /\bold words\b/u, better: "new ones", example: "old words" };

function linesOf(path: string, lines: readonly string[], more: Partial<Phrase> = {}): number[] {
  return findPhrases(path, lines.join("\n"), [{ ...phrase, ...more }]).map(({ line }) => line);
}

describe("an old phrase", () => {
  it("is found in a page with its line, however it is broken", () => {
    expect(
      linesOf("page.md", ["# Page", "", "> Here are the old", "> words, and Old words."]),
    ).to.deep.equal([3, 4]);
  });

  it("is found in comments of both kinds, across their lines", () => {
    const program = ["/**", " * The old", " * words.", " */", "const a = 1; // old", "// words"];
    expect(linesOf("a.ts", program)).to.deep.equal([2]);
    expect(linesOf("a.ts", ["// The old", "// words", "const a = 1;"])).to.deep.equal([1]);
  });

  it("is found in strings that are put together, and in templates", () => {
    expect(linesOf("a.ts", ['const a = "the old " +', '  "words";'])).to.deep.equal([1]);
    expect(linesOf("a.ts", ["const a = `${b} old words ${c}`;"])).to.deep.equal([1]);
    expect(linesOf("a.ts", ["const a = `x", "old words`;"])).to.deep.equal([2]);
  });

  it("is found in the comments of any other file", () => {
    expect(linesOf("a.py", ["x = 1", "# of old", "# words"])).to.deep.equal([2]);
    expect(linesOf("Dockerfile", ["FROM scratch", "# old words"])).to.deep.equal([2]);
  });

  it("leaves code alone, where names make it up", () => {
    expect(linesOf("a.ts", ["const old = words;", "old; words;"])).to.deep.equal([]);
  });

  it("is found only where it applies", () => {
    const program = ['it("has old words", () => {', '  say("old words"); // old words', "});"];
    expect(linesOf("a.test.ts", program)).to.deep.equal([1, 2, 2]);
    expect(linesOf("a.test.ts", program, { where: ["test name"] })).to.deep.equal([1]);
    expect(linesOf("a.test.ts", program, { where: ["string"] })).to.deep.equal([2]);
    expect(linesOf("a.test.ts", program, { where: ["docs"] })).to.deep.equal([]);
  });
});
