import { expect } from "chai";
import { forgetWithConversation } from "../../agent/memory/forget-with-conversation.ts";
import { deleteIdle } from "../../agent/erasure/retention.ts";
import { InMemoryConversations } from "../support/in-memory-conversations.ts";
import { InMemoryVectors } from "../support/in-memory-memory.ts";

const never = new AbortController().signal;

/** Ada's conversation and what is remembered of it. */
async function stored() {
  const inner = new InMemoryConversations();
  const vectors = new InMemoryVectors();
  const payload = {
    user_id: "ada",
    conversation_id: "c",
    message_id: "m",
    role: "user",
    text: "tea",
    created_at: "2026-01-01T00:00:00.000Z",
    embedding_model: "letters",
  };
  await vectors.upsert([{ id: "p", vector: [1], payload }], never);
  await inner.begin({ userId: "ada", conversation: { id: "c" }, messages: [] } as never);
  const held: string[] = [];
  const conversations = forgetWithConversation(
    {
      begin: inner.begin.bind(inner),
      finish: inner.finish.bind(inner),
      handedOver: inner.handedOver.bind(inner),
      find: inner.find.bind(inner),
      ofChat: inner.ofChat.bind(inner),
      remove: inner.remove.bind(inner),
      ping: inner.ping.bind(inner),
      holdMemories: async (id, userId) => {
        if ((await inner.find(id, userId)) === undefined) return undefined;
        held.push(id);
        return "ada";
      },
    },
    vectors,
  );
  return { inner, vectors, conversations, held };
}

describe("deleting a conversation", () => {
  it("removes what is remembered of it, and holds back what is being written", async () => {
    const { vectors, conversations, held } = await stored();

    expect(await conversations.remove("c", "ada")).to.equal(true);
    expect(vectors.points.size).to.equal(0);
    expect(held).to.deep.equal(["c"]);
  });

  it("removes nothing of somebody else's", async () => {
    const { vectors, conversations } = await stored();

    expect(await conversations.remove("c", "mallory")).to.equal(false);
    expect(vectors.points.size).to.equal(1);
  });

  it("deletes nothing while memory is away, and says when to come again", async () => {
    const { inner, vectors, conversations } = await stored();
    vectors.isUp = false;

    const failure = await conversations.remove("c", "ada").catch((error: unknown) => error);

    expect(failure).to.include({ status: 503, code: "memory_unavailable" });
    expect(await inner.find("c", "ada")).not.to.equal(undefined);
  });
});

describe("retention", () => {
  it("deletes what nothing was said in for so long, and its memories", async () => {
    const { inner, vectors, conversations } = await stored();
    const idle = async (days: number) => {
      const isThere = days === 30 && (await inner.find("c", "ada")) !== undefined;
      return isThere ? [{ id: "c", userId: "ada" }] : [];
    };

    const onFailure = () => undefined;
    expect(await deleteIdle({ idle, conversations, onFailure }, 30, never)).to.equal(1);
    expect(vectors.points.size).to.equal(0);
  });

  it("goes on behind a conversation that can't be deleted, says so, and comes to an end", async () => {
    const there = new Set(["stuck", "gone", "old"]);
    const idle = () => Promise.resolve([...there].map((id) => ({ id, userId: "ada" })));
    const remove = (id: string) => {
      if (id === "stuck") return Promise.reject(new Error("away"));
      return Promise.resolve(id !== "gone" && there.delete(id));
    };
    const failures: unknown[] = [];
    const onFailure = (error: unknown) => failures.push(error);

    expect(await deleteIdle({ idle, conversations: { remove }, onFailure }, 1, never)).to.equal(1);
    expect([...there]).to.deep.equal(["stuck", "gone"]);
    expect(failures).to.have.length(2);
  });
});
