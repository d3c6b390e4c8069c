import { expect } from "chai";
import { chooseTarget, findRunning } from "../../../cli/history/choose-target.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { goodStack } from "../../support/good-stack.ts";

const first = goodStack("2026-01-01T10:00:00.000Z", { LOG_LEVEL: "info" });
const second = goodStack("2026-01-01T11:00:00.000Z", { LOG_LEVEL: "warn" });
const third = goodStack("2026-01-01T12:00:00.000Z", { LOG_LEVEL: "debug" });
const history = [third, second, first];
const fine = { healthy: true, unfinished: false };

describe("what a rollback restores", () => {
  it("is the stack before the one that runs, while that is healthy", () => {
    const target = chooseTarget(history, { applied: third.stack.record, ...fine }, undefined);

    expect(target).to.deep.equal({ good: second, leaves: third });
  });

  it("is the last that held, when an up failed or something broke since", () => {
    for (const trouble of [
      { healthy: false, unfinished: false },
      { healthy: true, unfinished: true },
    ]) {
      const standing = { applied: third.stack.record, ...trouble };

      expect(chooseTarget(history, standing, undefined)).to.deep.equal({
        good: third,
        leaves: undefined,
      });
    }
  });

  it("is the newest where nothing remembered was applied last", () => {
    const standing = { applied: undefined, ...fine };

    expect(chooseTarget(history, standing, undefined)?.good).to.equal(third);
  });

  it("is nothing right after a rollback: a second one changes nothing", () => {
    const back = { ...second, broughtBack: true };

    expect(
      chooseTarget([back, first], { applied: second.stack.record, ...fine }, undefined),
    ).to.equal(undefined);
  });

  it("is the one that is named", () => {
    const standing = { applied: third.stack.record, ...fine };

    expect(chooseTarget(history, standing, first.at)).to.deep.equal({
      good: first,
      leaves: third,
    });
  });

  it("is the stack before the newest that says what runs, where it was come back to", () => {
    const again = { ...first, at: "2026-01-01T13:00:00.000Z" };
    const visited = [again, second, first];
    const standing = { applied: first.stack.record, ...fine };

    expect(findRunning(visited, first.stack.record)).to.equal(again);
    expect(chooseTarget(visited, standing, undefined)).to.deep.equal({
      good: second,
      leaves: again,
    });
  });

  it("is an error with a remedy, where there is none", () => {
    const standing = { applied: first.stack.record, ...fine };

    expect(() => chooseTarget([], standing, undefined)).to.throw(
      StackError,
      "No restore point yet",
    );
    expect(() => chooseTarget([first], standing, undefined)).to.throw(StackError, "only good one");
    expect(() => chooseTarget([first], standing, "yesterday")).to.throw(StackError, "yesterday");
  });
});
