import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { depsExitCodeOf, outcomeOf } from "../../../cli/deps/check-dependencies.ts";
import type { Dependency } from "../../../cli/deps/dependency.ts";
import { describeDependencies } from "../../../cli/deps/describe-dependencies.ts";

function row(differences: Partial<Dependency>): Dependency {
  return {
    ...{ area: "npm", name: "server", where: "package.json", pinned: "1.0.0", newest: "1.1.0" },
    ...{ state: "behind", scope: "runtime", todo: "npm install server@1.1.0" },
    ...differences,
  };
}

describe("what deps check ends with", () => {
  it("is the original's exit code: 0 none, 1 runtime, 2 development, 3 both", () => {
    const runtime = row({});
    const dev = row({ scope: "dev", state: "vulnerable" });

    expect(depsExitCodeOf([])).to.equal(0);
    expect(depsExitCodeOf([runtime])).to.equal(1);
    expect(depsExitCodeOf([dev])).to.equal(2);
    expect(depsExitCodeOf([dev, runtime, runtime])).to.equal(3);
  });

  it("is 0 where all is current, held on purpose or without an answer", () => {
    const states = ["current", "held", "unanswered"] as const;

    expect(depsExitCodeOf(states.map((state) => row({ state })))).to.equal(0);
  });

  it("is a table with what to do below each row, and who did not answer", () => {
    const text = stripVTControlCharacters(
      describeDependencies([
        row({}),
        row({ name: "linter", scope: "dev", todo: "npm install linter@2" }),
        row({ name: "current", state: "current", todo: "" }),
        row({ name: "image", state: "unanswered", todo: "Its registry did not answer: ENOTFOUND" }),
      ]),
    );

    expect(text).to.match(/^WHAT +PINNED +NEWEST +FOR +WHERE\nserver +1\.0\.0 +1\.1\.0 +runtime/);
    expect(text).to.include("package.json\n  → npm install linter@2");
    expect(text).to.include("image 1.0.0, newest 1.1.0: Its registry did not answer: ENOTFOUND");
    expect(text).to.include("To look at: 1 for running, 1 for development. 1 could not be asked");
    expect(text).not.to.include("current");
  });

  it("is ticked only where all have answered", () => {
    const silent = row({ state: "unanswered" });

    expect(outcomeOf("npm", [row({})])).to.include({
      status: "done",
      message: "1 update available",
    });
    expect(outcomeOf("npm", [silent, row({}), row({})])).to.include({
      status: "unchanged",
      message: "2 updates available, 1 without an answer",
    });
    expect(outcomeOf("npm", [silent])).to.include({
      status: "unchanged",
      message: "no registry answered",
    });
  });

  it("claims no more than was answered", () => {
    expect(describeDependencies([row({ state: "current" })])).to.include("Nothing is behind.");
    expect(describeDependencies([row({ state: "unanswered" })])).to.include(
      "Nothing that answered is behind.",
    );
  });
});
