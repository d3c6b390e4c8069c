import { expect } from "chai";
import { postgresArchive } from "../../agent/adapters/postgres-archive.ts";
import { postgresConversations } from "../../agent/adapters/postgres-conversations.ts";
import { postgresErasures } from "../../agent/adapters/postgres-erasures.ts";
import { postgresOutbox } from "../../agent/adapters/postgres-outbox.ts";
import { questionMark } from "../../agent/contract/question-mark.ts";
import { rememberedMessages } from "../../agent/maintenance/remembered-messages.ts";
import { drainOnce } from "../../agent/memory/drain-outbox.ts";
import { forgetSuperseded } from "../../agent/memory/forget-superseded.ts";
import { forgetWithConversation } from "../../agent/memory/forget-with-conversation.ts";
import { vectorMemory } from "../../agent/memory/recall.ts";
import { InMemoryVectors, letterEmbedder } from "../support/in-memory-memory.ts";
import { type InProcessPostgres, startInProcessPostgres } from "../support/in-process-postgres.ts";
import { recordSpans } from "../support/recorded-spans.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";
import { testApp, type TestApp } from "../support/test-app.ts";

const never = new AbortController().signal;
const keys = { AGENT_API_KEYS: "a-key", OPENWEBUI_AGENT_KEY: "trusted" };

interface Said {
  readonly role: string;
  readonly content: string;
}

interface StoredMessage extends Said {
  readonly superseded_at: string | null;
}

/** A chat as Open WebUI sends it: the ids of its messages are in headers. */
interface Sent {
  readonly question: string;
  readonly parent?: string;
  readonly answer: string;
  readonly messages: readonly Said[];
  readonly chat?: string;
  readonly user?: string;
}

const user = (content: string): Said => ({ role: "user", content });
const assistant = (content: string): Said => ({ role: "assistant", content });
const documents = (name: string, question: string) =>
  user(`### Task: …\n<context>${name}</context>\n\n${questionMark}\n${question}`);

describe("a chat in Open WebUI", function () {
  this.timeout(60_000);
  let postgres: InProcessPostgres;
  let vectors: InMemoryVectors;
  let model: ScriptedModel;
  let agent: TestApp;
  let chats = 0;
  let chat: string;
  const { tracing } = recordSpans();
  before(async () => {
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());
  beforeEach(async () => {
    chat = `chat-${++chats}`;
    await postgres.pool.query("DELETE FROM memory_outbox");
    vectors = new InMemoryVectors();
    model = await scriptedModel(
      { text: "Noted one." },
      { text: "Noted two." },
      { text: "Noted three." },
      { text: "Noted four." },
    );
    const conversations = postgresConversations(postgres.pool);
    agent = testApp(model.baseUrl, keys, {
      conversations: forgetWithConversation(forgetSuperseded(conversations, vectors), vectors),
      archive: postgresArchive(postgres.pool),
      memory: vectorMemory({ vectors, embedder: letterEmbedder }, 1000),
    });
  });
  afterEach(() => model.close());

  const drain = () =>
    drainOnce(
      {
        outbox: postgresOutbox(postgres.pool),
        vectors,
        embedder: letterEmbedder,
        tracing,
        onFailure: (error) => {
          throw error;
        },
        onRefusal: () => undefined,
      },
      never,
    );
  const remembered = () => [...vectors.points.values()].map(({ payload }) => payload.text);

  async function send({ question, parent, answer, messages, ...by }: Sent): Promise<string> {
    const response = await agent.app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: {
        authorization: "Bearer trusted",
        "x-openwebui-user-id": by.user ?? "ada",
        "x-openwebui-chat-id": by.chat ?? chat,
        "x-openwebui-user-message-id": question,
        ...(parent !== undefined && { "x-openwebui-user-message-parent-id": parent }),
        "x-openwebui-message-id": answer,
      },
      payload: { model: "planner", messages },
    });
    expect(response.statusCode, response.body).to.equal(200);
    return response.json<{ conversation_id: string }>().conversation_id;
  }
  const call = (method: "GET" | "DELETE", url: string, key = "trusted") =>
    agent.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${key}`, "x-openwebui-user-id": "ada" },
    });
  const stored = async (id: string) =>
    (await call("GET", `/v1/conversations/${id}`)).json<{ messages: StoredMessage[] }>().messages;
  const prompts = () => model.received.map(({ messages }) => JSON.stringify(messages));
  const first = { question: "q1", answer: "a1", messages: [user("I drink tea.")] };

  it("is reminded of nothing that an edit replaced, in the very next prompt and later", async () => {
    const id = await send(first);
    await drain();
    expect(remembered()).to.deep.equal(["I drink tea.", "Noted one."]);

    // The first question edited: another question, which follows nothing.
    await send({ question: "q1b", answer: "a1b", messages: [user("I drink rum.")] });
    expect(prompts()[1]).not.to.include("tea");
    expect(remembered()).to.deep.equal([]);
    await drain();

    const messages = [user("I drink rum."), assistant("Noted two."), user("What do I drink?")];
    await send({ question: "q2", parent: "a1b", answer: "a2", messages });
    expect(prompts()[2]).not.to.include("tea");
    const shown = await stored(id);
    expect(
      shown.map(({ content, superseded_at }) => [content, superseded_at !== null]),
    ).to.deep.equal([
      ["I drink tea.", true],
      ["Noted one.", true],
      ["I drink rum.", false],
      ["Noted two.", false],
      ["What do I drink?", false],
      ["Noted three.", false],
    ]);
  });

  it("has an answer made again, and the question is stored once", async () => {
    const id = await send(first);
    await drain();

    await send({ ...first, answer: "a1b" });
    expect(prompts()[1]).not.to.include("Noted one");
    await drain();

    expect(remembered()).to.deep.equal(["I drink tea.", "Noted two."]);
    expect((await stored(id)).map(({ content }) => content)).to.deep.equal([
      "I drink tea.",
      "Noted one.",
      "Noted two.",
    ]);
  });

  it("remembers again what its reader goes back to", async () => {
    await send(first);
    await send({ ...first, answer: "a1b" });
    await drain();

    const messages = [user("I drink tea."), assistant("Noted one."), user("Well?")];
    await send({ question: "q2", parent: "a1", answer: "a2", messages });
    await drain();

    expect(remembered()).to.include("Noted one.").and.not.include("Noted two.");
  });

  it("forgets what is replaced later where memory is away just then", async () => {
    await send(first);
    await drain();
    vectors.isUp = false;
    await send({ question: "q1b", answer: "a1b", messages: [user("I drink rum.")] });
    expect(prompts()[1]).not.to.include("tea");
    vectors.isUp = true;
    await drain();

    expect(remembered()).to.deep.equal(["I drink rum.", "Noted two."]);
  });

  it("is not made again in a new collection of memory with what was replaced", async () => {
    const id = await send(first);
    await send({ ...first, answer: "a1b" });

    const all = await rememberedMessages(postgres.pool).after("0", 1000);
    const own = all.filter(({ conversationId }) => conversationId === id);
    expect(own.map(({ content }) => content)).to.deep.equal(["I drink tea.", "Noted two."]);
    const ids = own.map(({ messageId }) => messageId);
    expect(await rememberedMessages(postgres.pool).missing(ids)).to.deep.equal([]);
  });

  it("is about the question where documents are around it: its title, memory and record", async () => {
    const id = await send({ ...first, messages: [documents("Page 1", "What is in it?")] });
    await drain();
    const messages = [
      user("What is in it?"),
      assistant("Noted one."),
      documents("Page 2", "And then?"),
    ];
    await send({ question: "q2", parent: "a1", answer: "a2", messages });
    await drain();

    const shown = await call("GET", `/v1/conversations/${id}`);
    expect(shown.json<{ title: string }>().title, shown.body).to.equal("What is in it?");
    expect(remembered()).to.deep.equal(["What is in it?", "Noted one.", "And then?", "Noted two."]);
    expect(prompts()[1]).to.include("Page 2");
    expect((await stored(id)).every(({ superseded_at }) => superseded_at === null)).to.equal(true);
  });

  it("is deleted with all that is kept of it, whoever wrote in it, and no other", async () => {
    const ada = await send(first);
    await send({ ...first, user: "bob" });
    const other = await send({ ...first, chat: `${chat}-2` });
    await drain();

    const deleted = await call("DELETE", `/v1/chats/${chat}`);
    expect(deleted.json()).to.deep.equal({
      id: chat,
      object: "chat.deleted",
      deleted: true,
      conversations: 2,
    });
    expect((await call("GET", `/v1/conversations/${ada}`)).statusCode).to.equal(404);
    expect(
      new Set([...vectors.points.values()].map(({ payload }) => payload.conversation_id)),
    ).to.deep.equal(new Set([other]));
    expect(await postgresErasures(postgres.pool).pending()).to.equal(2);
    expect((await call("DELETE", `/v1/chats/${chat}`)).json()).to.include({ conversations: 0 });
  });

  it("is deleted for Open WebUI alone", async () => {
    const id = await send(first);

    expect((await call("DELETE", `/v1/chats/${chat}`, "a-key")).statusCode).to.equal(403);
    expect((await call("DELETE", `/v1/chats/${chat}`, "nobody's")).statusCode).to.equal(401);
    expect((await call("GET", `/v1/conversations/${id}`)).statusCode).to.equal(200);
  });

  it("stays where memory can't forget it yet, until it can", async () => {
    await send(first);
    await drain();
    vectors.isUp = false;
    expect((await call("DELETE", `/v1/chats/${chat}`)).statusCode).to.equal(503);
    vectors.isUp = true;

    expect((await call("DELETE", `/v1/chats/${chat}`)).json()).to.include({ conversations: 1 });
  });
});
