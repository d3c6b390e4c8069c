import { expect } from "chai";
import { poll, unlessAborted } from "../../../cli/os/poll.ts";

const never = () => new Promise<never>(() => undefined);

describe("poll", () => {
  it("asks until the answer is the one that was waited for", async () => {
    let asked = 0;
    const answer = await poll(() => ++asked, { every: 1, until: (count) => count === 3 });

    expect(answer).to.equal(3);
  });

  it("gives the last answer when the time is up, and asks at least once", async () => {
    expect(await poll(() => "no", { every: 1, within: 0, until: () => false })).to.equal("no");
  });

  it("fails as its probe does", async () => {
    const probe = () => Promise.reject(new Error("Docker went away"));
    const failure = await poll(probe, { every: 1, until: () => true }).catch(String);

    expect(failure).to.include("Docker went away");
  });

  for (const [where, probe] of [
    ["between two probes", () => "no"],
    ["in a probe that hangs", never],
  ] as const) {
    it(`is ended by its signal ${where}`, async () => {
      const interrupt = new AbortController();
      const polled = poll<unknown>(probe, {
        every: 60_000,
        until: () => false,
        signal: interrupt.signal,
      });
      setTimeout(() => {
        interrupt.abort();
      }, 10);

      expect(await polled.catch((error: unknown) => error)).to.have.property("name", "AbortError");
    });
  }
});

describe("unlessAborted", () => {
  it("does not even begin what was aborted before", async () => {
    let begun = false;
    const action = () => {
      begun = true;
    };
    await unlessAborted(action, AbortSignal.abort()).catch(() => undefined);

    expect(begun).to.equal(false);
  });
});
