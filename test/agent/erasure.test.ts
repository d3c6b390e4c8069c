import { expect } from "chai";
import { postgresConversations } from "../../agent/adapters/postgres-conversations.ts";
import { postgresErasures } from "../../agent/adapters/postgres-erasures.ts";
import { postgresIdempotency } from "../../agent/adapters/postgres-idempotency.ts";
import { eraseOnce } from "../../agent/erasure/erase-traces.ts";
import type { TraceStore } from "../../agent/ports/erasures.ts";
import { uuid } from "../../agent/identifiers.ts";
import { retainOnce } from "../../agent/erasure/retention.ts";
import { type InProcessPostgres, startInProcessPostgres } from "../support/in-process-postgres.ts";
import { newRun } from "../support/run-records.ts";

const never = new AbortController().signal;
const traces = ["a", "b"].map((letter) => letter.repeat(32));

/** Traces by id, which are away when they are asked for more often than they may be. */
class Traces implements TraceStore {
  readonly erased: { traceIds: readonly string[]; sessionId: string | undefined }[] = [];
  readonly before: Date[] = [];
  isUp = true;
  erase(what: { traceIds: readonly string[]; sessionId: string | undefined }): Promise<void> {
    if (!this.isUp) return Promise.reject(new Error("Phoenix is away."));
    this.erased.push(what);
    return Promise.resolve();
  }
  eraseBefore(time: Date): Promise<void> {
    this.before.push(time);
    return Promise.resolve();
  }
}

describe("what is left of a deleted conversation", function () {
  this.timeout(60_000);
  let postgres: InProcessPostgres;
  let store: Traces;
  let failures: unknown[];
  before(async () => {
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());
  beforeEach(async () => {
    store = new Traces();
    failures = [];
    await sql("DELETE FROM trace_erasures");
  });

  const sql = async (text: string, values: unknown[] = []) =>
    (await postgres.pool.query<Record<string, unknown>>({ name: text, text, values })).rows;
  const conversations = (lateSeconds?: number) => postgresConversations(postgres.pool, lateSeconds);
  const erasures = () => postgresErasures(postgres.pool);
  const erase = () =>
    eraseOnce(
      { erasures: erasures(), traces: store, onFailure: (error) => failures.push(error) },
      never,
    );
  async function begin(id: string = uuid()): Promise<string> {
    for (const traceId of traces) {
      await conversations().begin(newRun({ conversation: { id }, traceId }));
    }
    return id;
  }
  /** As if so much time had gone by. */
  const later = (seconds: number) =>
    sql(
      `UPDATE trace_erasures SET next_at = next_at - make_interval(secs => $1),
              asked_at = asked_at - make_interval(secs => $1),
              last_at = last_at - make_interval(secs => $1)`,
      [seconds],
    );

  it("is erased where traces are kept, at once and again as long as spans come in late", async () => {
    const id = await begin();
    expect(await conversations(300).remove(id, "ada")).to.equal(true);

    const rounds: number[] = [];
    for (const seconds of [0, 0, 31, 100, 200, 300]) {
      await later(seconds);
      rounds.push(await erase());
    }

    expect(rounds).to.deep.equal([1, 0, 1, 0, 1, 0]);
    expect(store.erased[0]?.sessionId).to.equal(id);
    for (const { traceIds } of store.erased) expect(traceIds).to.have.members(traces);
    expect(await erasures().pending()).to.equal(0);
  });

  it("is kept in mind while Phoenix is away, however long, and erased when it is back", async () => {
    await conversations().remove(await begin(), "ada");
    store.isUp = false;

    for (let attempt = 0; attempt < 12; attempt++) {
      await later(300);
      expect(await erase()).to.equal(0);
    }
    expect(failures).to.have.length(12);
    expect(await sql("SELECT attempts, last_error FROM trace_erasures")).to.deep.equal([
      { attempts: 12, last_error: "Phoenix is away." },
    ]);
    store.isUp = true;
    await later(300);

    expect(await erase()).to.equal(1);
    expect(await erasures().pending()).to.equal(0);
  });

  it("is not asked for by somebody whose conversation it is not", async () => {
    const id = await begin();

    expect(await conversations().remove(id, "mallory")).to.equal(false);

    expect(await erasures().pending()).to.equal(0);
  });

  it("leaves the session to a conversation that has taken the same id since", async () => {
    const id = await begin();
    await conversations().remove(id, "ada");
    await conversations().begin(newRun({ conversation: { id }, traceId: "c".repeat(32) }));

    await erase();

    expect(store.erased[0]).to.include({ sessionId: undefined });
    expect(store.erased[0]?.traceIds).to.have.members(traces);
  });

  const answer = { status: 200, headers: {}, content: { body: { response: "a secret" } } };
  const claim = async (key: string) => {
    const claimed = await postgresIdempotency(postgres.pool, 60).claim({
      ...{ principal: "p", key, hash: Buffer.from(key) },
    });
    if (claimed.kind !== "begun") throw new Error(claimed.kind);
    return claimed;
  };
  const keys = async () => (await sql("SELECT key FROM idempotency_keys")).map(({ key }) => key);

  it("is not kept as an answer: its idempotency key is free again", async () => {
    const [id, other] = [await begin(), await begin()];
    await (await claim("gone")).keep(answer, id);
    await (await claim("other")).keep(answer, other);
    await (await claim("temporary")).keep(answer, undefined);

    await conversations().remove(id, "ada");

    expect(await keys()).to.have.members(["other", "temporary"]);
  });

  it("leaves no answer that was made while it was deleted", async () => {
    const id = await begin();
    const late = await claim("late");
    await conversations().remove(id, "ada");

    await late.keep(answer, id);

    expect(await keys()).not.to.include("late");
    expect(JSON.stringify(await sql("SELECT * FROM idempotency_keys"))).not.to.include("late");
  });

  it("is nothing that a trace of long ago tells", async () => {
    const parts = {
      idle: () => Promise.resolve([]),
      conversations: conversations(),
      traces: store,
      purgeKeys: () => Promise.resolve(),
      onFailure: (error: unknown) => failures.push(error),
    };

    await retainOnce(parts, { conversations: 0, traces: 30 }, never);
    await retainOnce(parts, { conversations: 0, traces: 0 }, never);

    expect(store.before).to.have.length(1);
    const days = (Date.now() - Number(store.before[0])) / 86_400_000;
    expect(days).to.be.closeTo(30, 0.01);
  });
});
