import { expect } from "chai";
import { findPhrases } from "../../../scripts/voice/find-phrases.ts";
import { phrases } from "../../../scripts/voice/phrases.ts";

describe("the list of old phrases", () => {
  for (const phrase of phrases) {
    it(`finds "${phrase.example}"`, () => {
      const hits = findPhrases("a.ts", `const text = ${JSON.stringify(phrase.example)};`, [phrase]);
      expect(hits).to.have.lengthOf(1);
    });
  }

  const plain = [
    "There is no file of that name, where there was no room for it, and is no longer.",
    "It stands in for a provider; the container holds the lock, and holds back more than that.",
    "Images are pulled from a mirror instead of their own registries.",
    "The bases of our own images, a whole number from 1 to 9.",
    "Nothing was found, and nobody waits; go back to the list and take backups.",
    "The word stream of its own accord",
  ];
  for (const text of plain) {
    it(`leaves "${text}" alone`, () => {
      expect(findPhrases("page.md", text, phrases)).to.deep.equal([]);
    });
  }
});
