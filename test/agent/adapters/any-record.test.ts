import { expect } from "chai";
import fc from "fast-check";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { postgresConversations } from "../../../agent/adapters/postgres-conversations.ts";
import { postgresIdempotency } from "../../../agent/adapters/postgres-idempotency.ts";
import type { ToolExecution } from "../../../agent/loop/tool-execution.ts";
import type { FinishedRun, NewRun } from "../../../agent/runs/run-record.ts";
import { hostileJson, hostileNumber, hostileText } from "../../support/hostile-json.ts";
import {
  type InProcessPostgres,
  startInProcessPostgres,
} from "../../support/in-process-postgres.ts";
import { finishedRun, newRun } from "../../support/run-records.ts";

const seed = 20_261_128;
const cases = 300;

/** All that the request's schema asks of it is a type. */
const contentPart = fc.record({
  type: fc.oneof(fc.constantFrom("text", "image_url"), hostileText),
  text: hostileJson,
  image_url: hostileJson,
});
const message = fc.record({
  role: fc.constantFrom("user", "assistant", "tool", "system", "developer"),
  content: fc.oneof(fc.constant(null), hostileText, fc.array(contentPart, { maxLength: 3 })),
  tool_calls: fc.option(fc.array(hostileJson, { maxLength: 3 }), { nil: undefined }),
  tool_call_id: fc.option(hostileText, { nil: undefined }),
  reasoning_content: fc.option(hostileJson, { nil: undefined }),
  thinking_blocks: fc.option(hostileJson, { nil: undefined }),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<ChatCompletionMessageParam>;

const execution: fc.Arbitrary<ToolExecution> = fc.record({
  id: fc.oneof(fc.constantFrom("call_0", "call_1"), hostileText),
  name: hostileText,
  // Parsed, or what the model wrote where that is not an object.
  arguments: fc.oneof(hostileText, fc.dictionary(hostileText, hostileJson, { maxKeys: 3 })),
  status: fc.constantFrom("ok", "error", "timeout", "denied"),
  duration_ms: hostileNumber,
  error: fc.option(hostileText, { nil: undefined }),
  step: hostileNumber,
  output: hostileText,
  citations: fc.array(fc.record({ title: hostileText, url: hostileText }), { maxLength: 2 }),
});

const ending = fc.record({
  status: fc.constantFrom("completed", "requires_action", "failed", "cancelled"),
  finishReason: fc.option(hostileText, { nil: undefined }),
  steps: hostileNumber,
  usage: fc.record({
    prompt_tokens: hostileNumber,
    completion_tokens: hostileNumber,
    total_tokens: hostileNumber,
  }),
  error: fc.option(fc.record({ type: hostileText, message: hostileText }), { nil: undefined }),
  messages: fc.array(message, { maxLength: 4 }),
  executions: fc.array(execution, { maxLength: 3 }),
});

const beginning = fc.record({
  model: hostileText,
  source: hostileText.map((text) => text.slice(0, 256)),
  messages: fc.array(message, { maxLength: 3 }),
  metadata: fc.dictionary(hostileText, hostileJson, { maxKeys: 3, noNullPrototype: true }),
});

describe("whatever a model, a tool or a client sends", function () {
  this.timeout(300_000);
  let postgres: InProcessPostgres;
  before(async () => {
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());

  const statusOf = async (id: string) => {
    const sql = "SELECT status, prompt_tokens FROM runs WHERE id = $1";
    const asked = { name: "status", text: sql, values: [id] };
    return (await postgres.pool.query<{ status: string }>(asked)).rows[0]?.status;
  };
  const begin = (more: Partial<NewRun> = {}) => {
    const run = newRun(more);
    return postgresConversations(postgres.pool)
      .begin(run)
      .then((begun) => ({ id: run.id, ...begun }));
  };

  it(`can be stored, in ${cases} cases`, async () => {
    const conversations = postgresConversations(postgres.pool);
    await fc.assert(
      fc.asyncProperty(beginning, ending, async (start, end) => {
        const { id, conversationId } = await begin(start);

        await conversations.finish({ id, conversationId, ...finishedRun(end) });

        expect(await statusOf(id)).to.equal(end.status);
        const page = { limit: 100, after: undefined };
        const found = await conversations.find(conversationId, "ada", page);
        expect(found?.messages).to.have.length(start.messages.length + end.messages.length);
      }),
      { seed, numRuns: cases },
    );
  });

  const call = (id: string): ToolExecution => ({
    id,
    name: "web_search",
    arguments: {},
    status: "ok",
    duration_ms: 1,
    step: 1,
    output: "found",
    citations: [],
  });
  const refusedOnce: Readonly<Record<string, Partial<FinishedRun>>> = {
    "the same id for two calls": { executions: [call("call_0"), call("call_0")] },
    "an id of eight kilobytes": {
      executions: [call(randomText(8000))],
      messages: [
        { role: "tool", tool_call_id: randomText(8000), content: "found" },
        { role: "tool", tool_call_id: randomText(8001), content: "found" },
      ],
    },
    "an argument whose name has a NUL": {
      executions: [{ ...call("a"), arguments: { "a\u0000b": 1 } }],
    },
    "an argument whose name has half a character": {
      executions: [{ ...call("a"), arguments: { "\ud800": 1 } }],
    },
    "a fraction of a token": {
      usage: { prompt_tokens: 1.5, completion_tokens: 3e9, total_tokens: 3e9 },
    },
    "a reason to finish that has a NUL": { finishReason: "st\u0000op" },
  };
  for (const [what, more] of Object.entries(refusedOnce)) {
    it(`can be stored, such as ${what}`, async () => {
      const { id, conversationId } = await begin();

      await postgresConversations(postgres.pool).finish({
        id,
        conversationId,
        ...finishedRun(more),
      });

      expect(await statusOf(id)).to.equal("completed");
    });
  }

  it("is kept as text where Postgres refuses it all the same, a hundred records at most", async () => {
    const conversations = postgresConversations(postgres.pool);
    let last = "";
    for (let index = 0; index < 103; index++) {
      const { id, conversationId } = await begin();
      last = id;
      const run = { id, conversationId, ...finishedRun({ finishReason: `a\u0000${index}` }) };
      await conversations.setAside(run, new Error("said\u0000so"));
    }

    const text = "SELECT run_id, reason, record FROM refused_records ORDER BY refused_at DESC";
    const { rows } = await postgres.pool.query<Record<string, string>>({
      name: "refused",
      text,
      values: [],
    });
    expect(rows).to.have.length(100);
    expect(rows[0]).to.include({ run_id: last, reason: "said\uFFFDso" });
    expect(JSON.parse(rows[0]?.["record"] ?? "")).to.include({ finishReason: "a\uFFFD102" });
    expect(await statusOf(last)).to.equal("failed");
  });

  it("is answered again to the letter, in the order in which it was answered first", async () => {
    const keys = postgresIdempotency(postgres.pool, 60);
    const keyed = { principal: "p", key: "k", hash: Buffer.from("hash") };
    const claim = await keys.claim(keyed);
    const body = { response: "a\0b\ud800", conversation_id: "y", a: { zz: 1, b: 2, "\0": 3 } };
    if (claim.kind === "begun")
      await claim.keep({ status: 200, headers: {}, content: { body } }, undefined);

    const again = await keys.claim({ ...keyed, hash: Buffer.from("hash") });

    if (again.kind !== "answered") throw new Error(again.kind);
    expect(JSON.stringify(again.answer.content)).to.equal(JSON.stringify({ body }));
  });
});

/** Text that compression makes no shorter: an index row is compressed first. */
function randomText(length: number): string {
  let state = 7;
  const next = () => (state = (state * 48_271) % 2_147_483_647);
  return Array.from({ length }, () => String.fromCodePoint(33 + (next() % 90))).join("");
}
