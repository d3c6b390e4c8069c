import { mkdirSync, utimesSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { StackError } from "../../../infra/stack-error.ts";
import { withToolchainLock } from "../../../cli/toolchain/toolchain-lock.ts";
import { Scratch } from "./scratch.ts";

describe("the toolchain's lock", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
  });

  afterEach(() => {
    scratch.remove();
  });

  it("lets one work at a time, and tells the other that it waits", async () => {
    const events: string[] = [];
    const onWait = () => events.push("waits");
    const work = (name: string) => async () => {
      events.push(`${name} starts`);
      await sleep(100);
      events.push(`${name} ends`);
    };

    await Promise.all(
      ["one", "two"].map((name) =>
        withToolchainLock(scratch.directory, { signal: undefined, onWait }, work(name)),
      ),
    );

    const [first = "", second = ""] = events
      .filter((event) => event.endsWith("starts"))
      .map((event) => event.split(" ")[0]);
    expect(events.filter((event) => event !== "waits")).to.deep.equal([
      `${first} starts`,
      `${first} ends`,
      `${second} starts`,
      `${second} ends`,
    ]);
    expect(events).to.include("waits");
  });

  it("is taken over from a holder that is dead", async () => {
    mkdirSync(scratch.path("lock"));
    const aMinuteAgo = Date.now() / 1000 - 60;
    utimesSync(scratch.path("lock"), aMinuteAgo, aMinuteAgo);
    let waited = false;
    const onWait = () => (waited = true);

    const result = await withToolchainLock(scratch.directory, { signal: undefined, onWait }, () =>
      Promise.resolve("mine"),
    );

    expect([result, waited]).to.deep.equal(["mine", false]);
  });

  it("is free again after a failure", async () => {
    const waiting = { signal: undefined, onWait: () => undefined };
    const failing = () => Promise.reject(new Error("no luck"));
    const failure: unknown = await withToolchainLock(scratch.directory, waiting, failing).catch(
      (error: unknown) => error,
    );

    const next = await withToolchainLock(scratch.directory, waiting, () => Promise.resolve(1));

    expect(failure).to.have.property("message", "no luck");
    expect(next).to.equal(1);
  });

  it("stops waiting when interrupted", async () => {
    mkdirSync(scratch.path("lock"));
    const interruption = new AbortController();
    const onWait = () => {
      interruption.abort();
    };

    const error: unknown = await withToolchainLock(
      scratch.directory,
      { signal: interruption.signal, onWait },
      () => Promise.resolve(),
    ).catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(StackError).and.to.have.property("exitCode", 130);
  });
});
