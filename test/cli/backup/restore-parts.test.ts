import { expect } from "chai";
import { type PartRestore, restoreParts } from "../../../cli/backup/restore-parts.ts";
import { StackError } from "../../../infra/stack-error.ts";

/** A stack whose data and services are texts. */
function world() {
  return {
    data: { postgres: "old", qdrant: "old" } as Record<string, string>,
    aside: [] as string[],
    running: true,
    noted: false,
  };
}

type World = ReturnType<typeof world>;

function part(state: World, name: string, failAt?: "prepare" | "apply" | "goBack"): PartRestore {
  const fail = (step: string) => {
    if (failAt === step) throw new StackError(`${name} failed to ${step}`, { remedy: "none" });
  };
  return {
    prepare: () => {
      state.aside.push(name);
      return Promise.resolve().then(() => {
        fail("prepare");
      });
    },
    apply: () => {
      expect(state.running, "services run while data is replaced").to.equal(false);
      expect(state.noted, "the journal knows").to.equal(true);
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
    begin: () => {
      state.noted = true;
    },
    end: () => {
      state.noted = false;
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
      noted: false,
    });
  });

  it("touches nothing when a part can't be prepared", async () => {
    const state = world();
    const parts = [part(state, "postgres"), part(state, "qdrant", "prepare")];

    const error = await failureOf(restoreParts(restoration(state, parts)));

    expect(error.message).to.equal("qdrant failed to prepare");
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: false });
  });

  it("puts every part back when one can't be applied", async () => {
    const state = world();
    const parts = [part(state, "postgres"), part(state, "qdrant", "apply")];

    const error = await failureOf(restoreParts(restoration(state, parts)));

    expect(error.message).to.include("the data is as it was before");
    expect(error.details).to.deep.equal(["qdrant failed to apply"]);
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: false });
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
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: false });
  });

  it("goes back on Ctrl-C, with exit code 130", async () => {
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
    expect(state).to.deep.equal({ data: old, aside: [], running: true, noted: false });
  });

  it("names the safety set when going back fails too, and keeps the note", async () => {
    const state = world();
    const broken = part(state, "qdrant", "goBack");
    const failing = { ...part(state, "postgres", "apply") };

    const error = await failureOf(restoreParts(restoration(state, [broken, failing])));

    expect(error.remedy).to.include("./stack backup restore backups/safety-1");
    expect(error.details).to.include("qdrant failed to goBack");
    expect(state.noted).to.equal(true);
  });

  it("says that there is no way back where no safety set was taken", async () => {
    const state = world();
    const parts = [part(state, "postgres", "apply")];

    const error = await failureOf(restoreParts(restoration(state, parts, { safety: undefined })));

    expect(error.message).to.include("no safety set");
    expect(state.noted).to.equal(true);
  });
});
