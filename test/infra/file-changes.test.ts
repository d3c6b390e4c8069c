import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileChanges } from "../support/file-changes.ts";

const root = join(import.meta.dirname, "../..");

describe("the changes of files that tests of a real stack make", () => {
  for (const [name, { file, change }] of Object.entries(fileChanges)) {
    it(`${name} finds in ${file} what it replaces`, () => {
      const text = readFileSync(join(root, file), "utf8");

      expect(change(text)).not.to.equal(text);
    });
  }
});
