import { expect } from "chai";
import { finishRun } from "../../../agent/adapters/statements.ts";
import {
  type InProcessPostgres,
  startInProcessPostgres,
} from "../../support/in-process-postgres.ts";

describe("the statement that ends a run", () => {
  let postgres: InProcessPostgres;
  before(async function () {
    this.timeout(60_000);
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());

  it("finds it by its id, not among all that have run since the last vacuum", async () => {
    const rows = async (text: string) =>
      (await postgres.pool.query<Record<string, string>>({ text, values: [] })).rows;
    await rows(`INSERT INTO conversations (id) VALUES (gen_random_uuid())`);
    await rows(`INSERT INTO runs (id, conversation_id, endpoint, status, model)
      SELECT gen_random_uuid(), c.id, 'agent', 'completed', 'm'
        FROM conversations c, generate_series(1, 1000)`);
    await rows("ANALYZE runs");
    await rows("SET plan_cache_mode = force_generic_plan");
    await rows(`PREPARE finish AS ${finishRun}`);

    const values = ["gen_random_uuid()", "gen_random_uuid()", "'completed'", "'stop'", "'final'"];
    const plan = await rows(
      `EXPLAIN EXECUTE finish(${values.join(", ")}, 1, 1, 1, NULL, '[]', '[]', NULL, NULL)`,
    );

    const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
    expect(text).to.include("runs_pkey").and.not.to.include("runs_stale");
  });
});
