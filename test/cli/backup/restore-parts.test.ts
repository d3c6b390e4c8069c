import { expect } from "chai";
import { type PartRestore, restoreParts, undoParts } from "../../../cli/backup/restore-parts.ts";
import type { RestorePhase } from "../../../cli/stack/restore-journal.ts";
import { StackError } from "../../../infra/stack-error.ts";

/** A stack whose data and services are texts. */
function world() {
  return {
    data: { postgres: "old", qdrant: "old" } as Record<string, string>,
    aside: [] as string[],
    running: true,
    noted: undefined as RestorePhase | undefined,
  };
}

type World = ReturnType<typeof world>;

function part(state: World, name: string, failAt?: "prepare" | "apply" | "goBack"): PartRestore {
  const fail = (step: string) => {
    if (failAt === step) throw new StackError(`${name} failed to ${step}`, { remedy: "none" });
  };
  return {
    prepare: () => {
      expect(state.noted, "the journal knows").to.equal("preparing");
      state.aside.push(name);
      return Promise.resolve().then(() => {
        fail("prepare");
      });
    },
    apply: () => {
      expect(state.running, "services run while data is replaced").to.equal(false);
      expect(state.noted, "the journal knows").to.equal("replacing");
      state.data[name] = "half";
      return Promise.resolve().then(() => {
        fail("apply");
        state.data[name] = "new";
      });
    },
    goBack: () =>
      Promise.resolve().then(() => {
        fail("goBack");
        state.data[name] = "old";
      }),
    finish: () => {
      state.aside = state.aside.filter((other) => other !== name);
      return Promise.resolve();
    },
  };
}

function restoration(state: World, parts: readonly PartRestore[], options: object = {}) {
  return {
    set: "backups/backup-1",
    safety: "backups/safety-1",
    again: (set: string) => `./stack backup restore ${set}`,
    parts,
    stop: () => {
      state.running = false;
      return Promise.resolve();
    },
    start: () => {
      state.running = true;
      return Promise.resolve();
    },
    note: (phase: RestorePhase) => {
      state.noted = phase;
    },
    end: () => {
      state.noted = undefined;
    },
    signal: new AbortController().signal,
    ...options,
  };
}

async function failureOf(promise: Promise<void>): Promise<StackError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StackError)) throw new Error("no StackError was thrown");
  return error;
}

const old = { postgres: "old", qdrant: "old" };

describe("restoreParts", () => {
  it("replaces all parts while the services are stopped, and leaves nothing beside", async () => {
    const state = world();

    await restoreParts(restoration(state, [part(state, "postgres"), part(state, "qdrant")]));

    expect(state).to.deep.equal({
      data: { postgres: "new", qdrant: "new" },
      aside: [],
      running: true,
      noted: undefined,
    });
  });

  it("touches nothing when a part can't be prepared", async () => {
    const state = world();
    const parts = [part(state, "postgres"), part(state, "qdrant", "prepare")];

    const error = await failureOf(restoreParts(restoration(state, parts)));

    expect(error.message).to.equal("qdrant failed to prepare");
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: undefined });
  });

  it("puts every part back when one can't be applied", async () => {
    const state = world();
    const parts = [part(state, "postgres"), part(state, "qdrant", "apply")];

    const error = await failureOf(restoreParts(restoration(state, parts)));

    expect(error.message).to.include("the data is as it was before");
    expect(error.details).to.deep.equal(["qdrant failed to apply"]);
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: undefined });
  });

  it("puts every part back when the services do not turn healthy with the new data", async () => {
    const state = world();
    const start = () => {
      state.running = true;
      if (state.data["postgres"] === "old") return Promise.resolve();
      return Promise.reject(new StackError("agent is unhealthy.", { remedy: "none" }));
    };
    const parts = [part(state, "postgres"), part(state, "qdrant")];

    const error = await failureOf(restoreParts(restoration(state, parts, { start })));

    expect(error.details).to.deep.equal(["agent is unhealthy."]);
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: undefined });
  });

  it("rolls back on Ctrl-C, with exit code 130", async () => {
    const state = world();
    const interrupt = new AbortController();
    const stop = () => {
      state.running = false;
      interrupt.abort();
      return Promise.resolve();
    };
    const options = { stop, signal: interrupt.signal };

    const error = await failureOf(
      restoreParts(restoration(state, [part(state, "postgres")], options)),
    );

    expect(error.exitCode).to.equal(130);
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: undefined });
  });

  it("says that the next up rolls back when rolling back fails too, and keeps the note", async () => {
    const state = world();
    const broken = part(state, "qdrant", "goBack");
    const failing = { ...part(state, "postgres", "apply") };

    const error = await failureOf(restoreParts(restoration(state, [broken, failing])));

    expect(error.remedy).to.include("./stack up").and.to.include("backups/safety-1");
    expect(error.details).to.include("qdrant failed to goBack");
    expect(state.noted).to.equal("replacing");
  });

  it("puts back what it can where no safety set was taken, and says what it could not", async () => {
    const state = world();
    const unsaved = { ...part(state, "qdrant", "apply"), goBack: () => Promise.resolve() };
    const parts = [part(state, "postgres"), { ...unsaved, unsaved: "Qdrant's collections" }];

    const error = await failureOf(restoreParts(restoration(state, parts, { safety: undefined })));

    expect(error.message).to.include("as it was before, but for Qdrant's collections");
    expect(state.data).to.deep.equal({ postgres: "old", qdrant: "half" });
  });

  it("notes that the data is whole before it starts those who use it", async () => {
    const state = world();
    const seen: unknown[] = [];
    const start = () => {
      seen.push([state.data["postgres"], state.noted]);
      return seen.length === 1 ? Promise.reject(new Error("unhealthy")) : Promise.resolve();
    };

    await failureOf(restoreParts(restoration(state, [part(state, "postgres")], { start })));

    expect(seen).to.deep.equal([
      ["new", "replacing"],
      ["old", "clearing"],
    ]);
  });
});

describe("undoParts", () => {
  it("rolls back from wherever a restore was killed, and once more when it is killed itself", async () => {
    const state = { ...world(), running: false, noted: "replacing" as const };
    state.data = { postgres: "new", qdrant: "half" };
    const { stop, start, note, end } = restoration(state, []);
    const killed = part(state, "postgres", "goBack");
    const parts = [part(state, "postgres"), part(state, "qdrant")];

    await undoParts([killed], { stop, start, note, end }).catch(() => undefined);
    const between = { ...state };
    await undoParts(parts, { stop, start, note, end });

    expect(between.noted).to.equal("replacing");
    expect(between.running).to.equal(false);
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: undefined });
  });
});
