import { expect } from "chai";
import { type EventLog, eventLogs } from "../../../agent/http/responses/event-logs.ts";

const bounds = { characters: 1000, keptMs: 60_000 };
const event = (number: number, text = "") => ({ number, text });

async function read(log: EventLog, after: number, signal = new AbortController().signal) {
  const read: object[] = [];
  for await (const events of log.after(after, signal)) read.push(...events);
  return read;
}

describe("the log of a response's events", () => {
  it("gives each reader those after what it has seen, and those to come", async () => {
    const log = eventLogs(bounds).open("a");
    log.add([event(0), event(1)]);

    const all = read(log, -1);
    const rest = read(log, 0);
    await Promise.resolve();
    log.add([event(2)]);
    log.end();

    expect(await all).to.deep.equal([event(0), event(1), event(2)]);
    expect(await rest).to.deep.equal([event(1), event(2)]);
  });

  it("lets a reader go that wants no more", async () => {
    const log = eventLogs(bounds).open("a");
    const leaving = new AbortController();

    const reading = read(log, -1, leaving.signal);
    leaving.abort();

    expect(await reading).to.deep.equal([]);
  });

  it("has room for so much alone: what has ended goes first, then the oldest events", async () => {
    const logs = eventLogs(bounds);
    const [ended, running] = [logs.open("ended"), logs.open("running")];
    ended.add([event(0, "x".repeat(400))]);
    ended.end();
    for (let number = 0; number < 20; number += 1) running.add([event(number, "y".repeat(100))]);
    running.end();

    expect(logs.get("ended")).to.equal(undefined);
    expect(running.has(-1)).to.equal(false);
    expect(running.has(18)).to.equal(true);
    expect(await read(running, 18)).to.deep.equal([event(19, "y".repeat(100))]);
    const failure: unknown = await read(running, -1).catch((error: unknown) => error);
    expect(failure).to.include({ code: "events_not_kept" });
  });

  it("is kept for a while after its end", async () => {
    const logs = eventLogs({ ...bounds, keptMs: 1 });
    const log = logs.open("a");
    log.add([event(0)]);

    log.end();
    const isThere = logs.get("a") !== undefined;
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect(isThere).to.equal(true);
    expect(logs.get("a")).to.equal(undefined);
  });
});
