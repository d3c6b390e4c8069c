import { expect } from "chai";
import { nudge, nudging } from "../../../agent/startup/nudge.ts";
import type { Conversations } from "../../../agent/ports/ports.ts";

const never = new AbortController().signal;
const longMs = 60_000;

describe("a nudge", () => {
  it("ends a wait that is going on, and the next one where it came between two", async () => {
    const work = nudge();
    const began = performance.now();
    const waiting = work.wait(longMs, never);
    work.give();
    await waiting;

    work.give();
    await work.wait(longMs, never);
    expect(performance.now() - began).to.be.below(longMs / 2);
  });

  it("counts once: afterwards a wait takes its time, or ends with the agent", async () => {
    const work = nudge();
    work.give();
    work.give();
    await work.wait(longMs, never);

    const stopping = new AbortController();
    let isOver = false;
    const waiting = work.wait(longMs, stopping.signal).then(() => {
      isOver = true;
    });
    await work.wait(1, never);
    expect(isOver).to.equal(false);
    stopping.abort();
    await waiting;
  });

  it("comes from every run that begins or ends, and from each deletion, once they are written", async () => {
    const said: string[] = [];
    const record = (what: string) => () => {
      said.push(what);
    };
    const wait = () => Promise.resolve();
    const conversations = {
      begin: () => Promise.resolve(said.push("begun")),
      finish: () => Promise.resolve(said.push("finished")),
      remove: () => Promise.resolve(said.push("removed")),
    } as unknown as Conversations;
    const told = nudging(conversations, {
      toRemember: { give: record("remember"), wait },
      toErase: { give: record("erase"), wait },
    });

    await told.begin({} as never);
    await told.finish({} as never);
    await told.remove("id", "user");

    expect(said).to.deep.equal(["begun", "remember", "finished", "remember", "removed", "erase"]);
  });
});
