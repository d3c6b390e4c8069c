import { expect } from "chai";
import { postgresConversations } from "../../../agent/adapters/postgres-conversations.ts";
import {
  failStaleResponses,
  postgresResponses,
} from "../../../agent/adapters/postgres-responses.ts";
import { uuid } from "../../../agent/identifiers.ts";
import { forgetWithResponse } from "../../../agent/memory/forget-with-response.ts";
import type { OpenedResponse } from "../../../agent/ports/responses.ts";
import {
  type InProcessPostgres,
  startInProcessPostgres,
} from "../../support/in-process-postgres.ts";

const owner = "key-a";
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const message = (id: string, text: string) => ({ id, type: "message", text });

describe("responses in Postgres", function () {
  this.timeout(60_000);
  let database: InProcessPostgres;
  let conversations: ReturnType<typeof postgresConversations>;
  let responses: ReturnType<typeof postgresResponses>;
  before(async () => {
    database = await startInProcessPostgres();
    conversations = postgresConversations(database.pool);
    responses = postgresResponses(database.pool);
  });
  after(() => database.close());

  interface Said {
    readonly userId?: string;
    readonly conversationId?: string;
    readonly previousId?: string;
    readonly readsConversation?: boolean;
  }

  /** A response as its run makes it, from its beginning to its record. */
  async function respond(question: string, said: Said = {}) {
    const { userId = owner, conversationId = uuid(), previousId, readsConversation = false } = said;
    const id = uuid();
    const remember = { traceparent: "t" };
    await conversations.begin({
      ...{ id, userId, endpoint: "responses", model: "planner", source: "responses" },
      ...{ traceId: id.replaceAll("-", ""), conversation: { id: conversationId }, metadata: {} },
      ...{ messages: [{ role: "user", content: question }], historyMessages: 0, remember },
    });
    const body = { id: question, status: "in_progress" };
    const opened: OpenedResponse = {
      ...{ id, userId, conversationId, previousId, readsConversation, isBackground: false },
      ...{ status: "in_progress", body, input: [message(`in ${question}`, question)] },
    };
    await responses.open(opened);
    await conversations.finish({
      ...{ id, conversationId, status: "completed", steps: 1, usage, executions: [], remember },
      messages: [{ role: "assistant", content: `re ${question}` }],
      response: {
        status: "completed",
        body: { ...body, status: "completed" },
        output: [message(`out ${question}`, "one"), message(`out2 ${question}`, "two")],
      },
    });
    return { id, conversationId };
  }
  const words = (messages: readonly { readonly content?: unknown }[]) =>
    messages.map(({ content }) => content);

  it("are as their runs' records say, with their items in order", async () => {
    const { id, conversationId } = await respond("a");

    expect(await responses.find(id, owner)).to.deep.equal({
      ...{ id, conversationId, isBackground: false, status: "completed" },
      body: { id: "a", status: "completed" },
      output: [message("out a", "one"), message("out2 a", "two")],
    });
    expect(await responses.items(["out a", "in a", "none"], owner)).to.have.deep.members([
      message("out a", "one"),
      message("in a", "a"),
    ]);
  });

  it("are found for their owner alone, and for the key that named one", async () => {
    const { id } = await respond("named", { userId: "key-a/mira" });

    for (const [asker, isFound] of [
      ["key-a/mira", true],
      ["key-a", true],
      ["key-a/other", false],
      ["key-b", false],
    ] as const) {
      expect((await responses.find(id, asker)) !== undefined, asker).to.equal(isFound);
      expect((await responses.items(["out named"], asker)).length, asker).to.equal(isFound ? 1 : 0);
      expect(await responses.history(id, asker, 10), asker).to.have.length(isFound ? 2 : 0);
      const page = { limit: 10, after: undefined, order: "asc" } as const;
      expect((await responses.inputItems(id, asker, page)) !== undefined).to.equal(isFound);
      if (!isFound) expect(await responses.remove(id, asker)).to.equal(false);
    }
  });

  it("have what was said in their chain, and in no other branch", async () => {
    const first = await respond("1");
    const { conversationId } = first;
    const second = await respond("2", { conversationId, previousId: first.id });
    const branch = await respond("2b", { conversationId, previousId: first.id });
    const third = await respond("3", { conversationId, previousId: branch.id });

    expect(words(await responses.history(second.id, owner, 10))).to.deep.equal([
      ...["1", "re 1", "2", "re 2"],
    ]);
    expect(words(await responses.history(third.id, owner, 10))).to.deep.equal([
      ...["1", "re 1", "2b", "re 2b", "3", "re 3"],
    ]);
    expect(words(await responses.history(third.id, owner, 3))).to.deep.equal([
      "re 2b",
      "3",
      "re 3",
    ]);
  });

  it("have what came before them in a conversation that they read", async () => {
    const { conversationId } = await respond("before");
    const reading = await respond("reading", { conversationId, readsConversation: true });
    await respond("after", { conversationId });
    const last = await respond("last", { conversationId, previousId: reading.id });

    expect(words(await responses.history(last.id, owner, 10))).to.deep.equal([
      ...["before", "re before", "reading", "re reading", "last", "re last"],
    ]);
  });

  it("show their input in pages of either order", async () => {
    const id = uuid();
    const input = [message("same", "1"), message("b", "2"), message("same", "3")];
    await responses.open({
      ...{ id, userId: owner, conversationId: undefined, previousId: undefined, input, body: {} },
      ...{ readsConversation: false, isBackground: true, status: "queued" },
    });

    const texts = async (order: "asc" | "desc", after: string | undefined, limit = 2) => {
      const page = await responses.inputItems(id, owner, { order, after, limit });
      return [page?.data.map((item) => (item as ReturnType<typeof message>).text), page?.hasMore];
    };
    expect(await texts("asc", undefined)).to.deep.equal([["1", "2"], true]);
    expect(await texts("asc", "b")).to.deep.equal([["3"], false]);
    expect(await texts("desc", "b")).to.deep.equal([["1"], false]);
    await responses.remove(id, owner);
  });

  it("that wait are begun once, and end without a run where it never begins", async () => {
    const id = uuid();
    const waiting: OpenedResponse = {
      ...{ id, userId: owner, conversationId: undefined, previousId: undefined },
      ...{ readsConversation: false, isBackground: true, status: "queued", body: {}, input: [] },
    };
    await responses.open(waiting);
    await responses.close(id, { status: "failed", body: { why: "busy" }, output: [] });
    await responses.open({ ...waiting, status: "in_progress" });

    expect(await responses.find(id, owner)).to.deep.include({
      status: "failed",
      body: { why: "busy" },
    });
  });

  it("that a dead process left are failed, and say so", async () => {
    const id = uuid();
    await responses.open({
      ...{ id, userId: owner, conversationId: undefined, previousId: undefined, input: [] },
      ...{ readsConversation: false, isBackground: true, status: "queued" },
      body: { own: 1 },
    });
    const ended = await respond("ended before");

    await failStaleResponses(database.pool);

    const found = await responses.find(id, owner);
    expect(found?.status).to.equal("failed");
    expect(found?.body).to.deep.include({ own: 1, status: "failed" });
    expect(found?.body).to.have.nested.property("error.code", "server_error");
    expect((await responses.find(ended.id, owner))?.status).to.equal("completed");
  });

  it("go with their conversation, and are not kept where it went before them", async () => {
    const { id, conversationId } = await respond("gone");

    await conversations.remove(conversationId, owner);
    await responses.open({
      ...{ id: uuid(), userId: owner, conversationId, previousId: undefined, body: {} },
      ...{ readsConversation: false, isBackground: false, status: "in_progress", input: [] },
    });

    expect(await responses.find(id, owner)).to.equal(undefined);
    expect(await responses.items(["out gone"], owner)).to.deep.equal([]);
    const left = await database.pool.query({
      text: "SELECT id FROM responses WHERE conversation_id = $1",
      values: [conversationId],
    });
    expect(left.rows).to.have.length(0);
  });

  it("are deleted with what they said, what is remembered of it, and their traces", async () => {
    const first = await respond("keep");
    const { conversationId } = first;
    const second = await respond("forget", { conversationId, previousId: first.id });
    const forgotten: string[] = [];
    const vectors = {
      removeMessages: (ids: readonly string[]) => {
        forgotten.push(...ids);
        return Promise.resolve();
      },
    };
    const forgetting = forgetWithResponse(responses, conversations, vectors);

    expect(await forgetting.remove(second.id, "key-b")).to.equal(false);
    expect(await forgetting.remove(second.id, owner)).to.equal(true);

    const page = { limit: 10, after: undefined };
    const left = await conversations.find(conversationId, owner, page);
    expect(words(left?.messages ?? [])).to.deep.equal(["keep", "re keep"]);
    expect(forgotten).to.have.length(2);
    const erasures = await database.pool.query({
      text: "SELECT trace_ids FROM trace_erasures WHERE conversation_id = $1",
      values: [conversationId],
    });
    expect(erasures.rows).to.deep.equal([{ trace_ids: [second.id.replaceAll("-", "")] }]);
    // The last one takes its conversation along.
    expect(await forgetting.remove(first.id, owner)).to.equal(true);
    expect(await conversations.find(conversationId, owner, page)).to.equal(undefined);
  });
});
