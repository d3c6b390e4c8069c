import { expect } from "chai";
import { postToAgent } from "../support/agent-calls.ts";
import { addLongMessages, allRemembered, pointsOf } from "../support/remembered.ts";
import { qdrantClient } from "../support/stores.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { resultOf, systemStack } from "../support/system-stack.ts";

const alias = "agent_memory";
const foreign = "t_foreign_memory";

interface Answer {
  readonly conversation_id: string;
  readonly metadata: { readonly memory: { readonly status: string } };
}

interface Outcome {
  readonly status: string;
  readonly collection: string;
  readonly dry_run?: boolean;
  readonly previous?: string | null;
  readonly pruned?: readonly string[];
  readonly points?: number;
  readonly differences?: readonly { what: string; wanted: string; actual: string }[];
}

async function say(prompt: string, more: object = {}): Promise<Answer> {
  const response = await postToAgent("/v1/agent", { prompt, ...more });
  expect(response.status, await response.clone().text()).to.equal(200);
  return (await response.json()) as Answer;
}

async function ensure(...words: string[]): Promise<{ exitCode: number; outcome: Outcome }> {
  const result = await systemStack().stack("qdrant", "ensure-schema", "--json", ...words);
  const { exitCode, stdout, stderr } = result;
  expect(exitCode, stdout + stderr).to.be.oneOf([0, 3]);
  return { exitCode, outcome: resultOf(stdout) as unknown as Outcome };
}

const inWords = (...words: string[]): Promise<CommandResult> =>
  systemStack().stack("qdrant", "ensure-schema", ...words);

async function target(): Promise<string | undefined> {
  const { aliases } = await qdrantClient().getAliases();
  return aliases.find(({ alias_name: name }) => name === alias)?.collection_name;
}

/** Leads the alias to a collection, or nowhere. */
async function lead(collection: string | undefined): Promise<void> {
  const remove = (await target()) === undefined ? [] : [{ delete_alias: { alias_name: alias } }];
  const create =
    collection === undefined
      ? []
      : [{ create_alias: { collection_name: collection, alias_name: alias } }];
  await qdrantClient().updateCollectionAliases({ actions: [...remove, ...create] });
}

/** Asks the agent again and again while `action` runs. */
async function askedMeanwhile(action: () => Promise<unknown>): Promise<Answer[]> {
  const answers: Answer[] = [];
  const stop = new AbortController();
  const asking = (async () => {
    do {
      const prompt = `Meanwhile, number ${answers.length}: my kettle is red.`;
      // Few words, so that memory is asked often.
      answers.push(await say(prompt, { max_tokens: 4, metadata: { memory: "user" } }));
    } while (!stop.signal.aborted);
  })();
  try {
    await action();
  } finally {
    stop.abort();
    await asking;
  }
  return answers;
}

describe("qdrant ensure-schema", () => {
  let told: Answer;
  before(async () => {
    told = await say("My lighthouse is called Nora.");
    await allRemembered();
    expect(await pointsOf(told.conversation_id)).to.be.at.least(1);
  });

  it("fills a new collection from Postgres with --recreate, while the agent goes on and remembers", async () => {
    addLongMessages("somebody else", { messages: 5, words: 200 });
    const [before, all] = [await target(), await pointsOf()];
    let recreated: Awaited<ReturnType<typeof ensure>> | undefined;

    const answers = await askedMeanwhile(async () => {
      recreated = await ensure("--recreate");
    });

    expect(recreated?.exitCode).to.equal(0);
    expect(recreated?.outcome).to.include({ status: "recreated", previous: before });
    expect(await target())
      .to.equal(recreated?.outcome.collection)
      .and.not.to.equal(before);
    expect(answers.map(({ metadata }) => metadata.memory.status)).to.deep.equal(
      answers.map(() => "ok"),
    );
    await allRemembered();
    // Nothing that was said before or meanwhile is lost, and the old collection is as it was.
    expect(await pointsOf()).to.be.at.least(all + answers.length);
    for (const { conversation_id: id } of [told, ...answers]) {
      expect(await pointsOf(id)).to.be.at.least(1);
    }
    expect((await qdrantClient().collectionExists(before ?? "")).exists).to.equal(true);
  });

  it("does nothing where all is equal, whether it is asked to or only to look", async () => {
    const [before, points] = [await target(), await pointsOf()];

    const first = await ensure();
    const second = await ensure("--dry-run");
    const words = await inWords();

    expect([first.exitCode, second.exitCode, words.exitCode]).to.deep.equal([0, 0, 0]);
    expect(first.outcome).to.include({ status: "unchanged", collection: before });
    expect(second.outcome).to.include({ status: "unchanged", dry_run: true });
    expect(words.stdout).to.include(`unchanged (${before ?? ""})`);
    expect([await target(), await pointsOf()]).to.deep.equal([before, points]);
  });

  it("makes the same points again with --recreate, and --prune removes what is left behind", async () => {
    const [before, points] = [await target(), await pointsOf()];

    const { outcome } = await ensure("--recreate");
    const pruned = await ensure("--prune");
    const again = await ensure("--prune");

    expect(outcome.points).to.equal(points);
    expect(await pointsOf()).to.equal(points);
    expect(pruned.outcome.status).to.equal("unchanged");
    expect(pruned.outcome.pruned).to.include(before);
    expect((await qdrantClient().collectionExists(before ?? "")).exists).to.equal(false);
    expect(await pointsOf(told.conversation_id)).to.be.at.least(1);
    expect(again.outcome.pruned).to.deep.equal([]);
  });

  it("creates what is missing, and only says so with --dry-run", async () => {
    const real = await target();
    await lead(undefined);
    let created: Outcome | undefined;
    try {
      const looked = await ensure("--dry-run");
      const words = await inWords("--dry-run");
      const afterLook = await target();
      created = (await ensure()).outcome;
      const again = await ensure();

      expect(looked.outcome).to.include({ status: "created", dry_run: true });
      expect(words.stdout).to.include("would be created");
      expect(afterLook).to.equal(undefined);
      expect(created.status).to.equal("created");
      expect(await target()).to.equal(created.collection);
      expect(again.outcome.status).to.equal("unchanged");
      const { config, payload_schema: indexes } = await qdrantClient().getCollection(alias);
      expect(config.params.vectors).to.have.nested.property("dense.size", 384);
      expect(Object.keys(indexes)).to.have.members(["user_id", "conversation_id", "message_id"]);
    } finally {
      await lead(real);
    }
    if (created.collection !== real) await qdrantClient().deleteCollection(created.collection);
    expect(await pointsOf(told.conversation_id)).to.be.at.least(1);
  });

  const others: readonly {
    what: string;
    vectors: { dense: { size: number; distance: "Cosine" | "Dot" } };
    point: readonly number[];
    difference: { what: string; wanted: string; actual: string };
  }[] = [
    {
      what: "another dimension, as of another embedding model",
      vectors: { dense: { size: 8, distance: "Cosine" } },
      point: [1, 0, 0, 0, 0, 0, 0, 0],
      difference: { what: "vector size", wanted: "384", actual: "8" },
    },
    {
      what: "another distance",
      vectors: { dense: { size: 384, distance: "Dot" } },
      point: Array.from({ length: 384 }, () => 0.05),
      difference: { what: "distance", wanted: "Cosine", actual: "Dot" },
    },
  ];
  for (const { what, vectors, point, difference } of others) {
    it(`exits 3 on ${what}, with the difference, and touches nothing`, async () => {
      const real = await target();
      const qdrant = qdrantClient();
      await qdrant.createCollection(foreign, { vectors });
      const points = [{ id: 1, vector: { dense: [...point] }, payload: { text: "kept" } }];
      await qdrant.upsert(foreign, { wait: true, points });
      await lead(foreign);
      try {
        const { exitCode, outcome } = await ensure();
        const looked = await ensure("--dry-run");
        const words = await inWords();

        expect([exitCode, looked.exitCode, words.exitCode]).to.deep.equal([3, 3, 3]);
        expect(outcome).to.include({ status: "different", collection: foreign });
        expect(outcome.differences).to.deep.include(difference);
        const { what: name, wanted, actual } = difference;
        expect(words.stdout).to.include(`${name}: ${actual}, wanted ${wanted}`);
        expect(words.stdout).to.include("./stack --stack test qdrant ensure-schema --recreate");
        expect(await target()).to.equal(foreign);
        expect((await qdrant.count(foreign, { exact: true })).count).to.equal(1);
      } finally {
        await lead(real);
        await qdrant.deleteCollection(foreign);
      }
      expect(await pointsOf(told.conversation_id)).to.be.at.least(1);
    });
  }
});
