import { expect } from "chai";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { postgresArchive } from "../../../agent/adapters/postgres-archive.ts";
import { postgresConversations } from "../../../agent/adapters/postgres-conversations.ts";
import { uuid } from "../../../agent/identifiers.ts";
import {
  type InProcessPostgres,
  startInProcessPostgres,
} from "../../support/in-process-postgres.ts";
import { finishedRun, newRun } from "../../support/run-records.ts";

const everything = { limit: 100, after: undefined };

/** As a run records it: reasoning with the message, a signature with the call. */
const said = {
  role: "assistant",
  content: null,
  tool_calls: [
    {
      id: "call_door",
      type: "function",
      function: { name: "open_door", arguments: "{}" },
      extra_content: { google: { thought_signature: "t" } },
    },
  ],
  reasoning_content: "Which door?",
  thinking_blocks: [{ type: "thinking", thinking: "Which door?", signature: "s" }],
  reasoning_items: [{ type: "reasoning", id: "rs_1", encrypted_content: "e", summary: [] }],
} as unknown as ChatCompletionMessageParam;

describe("a provider's state in Postgres", function () {
  this.timeout(60_000);
  let postgres: InProcessPostgres;
  before(async () => {
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());

  it("comes back with its message wherever that is read", async () => {
    const conversations = postgresConversations(postgres.pool);
    const question = { role: "user", content: "Open it." } as const;
    const conversation = { id: uuid() };
    const run = newRun({ messages: [question], conversation });
    const { conversationId } = await conversations.begin(run);
    const end = finishedRun({ status: "requires_action", messages: [said] });
    await conversations.finish({ ...end, id: run.id, conversationId });

    const { history } = await conversations.begin(newRun({ conversation }));
    expect(history).to.deep.equal([question, said]);
    const handedOver = await conversations.handedOver("ada", [["call_door"]]);
    expect(handedOver).to.deep.equal([[said]]);
    const found = await conversations.find(conversationId, "ada", everything);
    expect(found?.messages.at(-1)).to.deep.include(said);
    const opened = await postgresArchive(postgres.pool).open(conversationId, "ada");
    for await (const rows of opened?.parts.messages() ?? []) {
      expect(rows.at(-1)).to.deep.include(said);
    }
  });

  it("is not stored with a message that has none", async () => {
    const conversations = postgresConversations(postgres.pool);
    const conversation = { id: uuid() };
    await conversations.begin(
      newRun({ messages: [{ role: "user", content: "Hi" }], conversation }),
    );

    const { rows } = await postgres.pool.query<{ state: unknown }>({
      text: "SELECT provider_state AS state FROM messages WHERE conversation_id = $1",
      values: [conversation.id],
    });
    expect(rows).to.deep.equal([{ state: null }]);
  });
});
