import { expect } from "chai";
import { testsWithoutAssertion } from "../../../scripts/evidence/tests-without-assertion.ts";

function found(files: Readonly<Record<string, string>>): string[] {
  return testsWithoutAssertion("test/a.test.ts", (path) => files[path]);
}

describe("tests without an assertion", () => {
  it("are those that neither expect nor call what does", () => {
    const source = `
      it("expects", () => { expect(1).to.equal(1); });
      it("only runs", () => { act(); });
      it("is empty", () => undefined);
      function act() { return 1; }`;
    expect(found({ "test/a.test.ts": source })).to.deep.equal(["3: only runs", "4: is empty"]);
  });

  it("are not those that call a helper which expects or throws, here or in another file", () => {
    const source = `
      import { isFine as fine } from "./support/fine.ts";
      import { readFileSync } from "node:fs";
      const check = () => { deeper(); };
      function deeper() { expect(1).to.equal(1); }
      it("checks here", () => { check(); });
      it("checks there", async () => { await fine(); });
      it("reads", () => { readFileSync("x"); });`;
    const helper = `export function isFine() { throw new Error("it is not"); }`;
    expect(found({ "test/a.test.ts": source, "test/support/fine.ts": helper })).to.deep.equal([
      "8: reads",
    ]);
  });

  it("are found where a helper calls itself, or a fake throws", () => {
    const source = `
      function again() { again(); }
      it("turns round", () => { again(); });
      it("has a fake", () => { act({ fails: () => { throw new Error("x"); } }); });`;
    expect(found({ "test/a.test.ts": source })).to.deep.equal(["3: turns round", "4: has a fake"]);
  });
});
