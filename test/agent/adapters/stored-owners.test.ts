import { expect } from "chai";
import { postgresArchive } from "../../../agent/adapters/postgres-archive.ts";
import { postgresConversations } from "../../../agent/adapters/postgres-conversations.ts";
import { uuid } from "../../../agent/identifiers.ts";
import {
  type InProcessPostgres,
  startInProcessPostgres,
} from "../../support/in-process-postgres.ts";
import { newRun } from "../../support/run-records.ts";

const everything = { limit: 100, after: undefined };

/** The same rules as in memory (test/agent/named-users.test.ts), in Postgres. */
describe("the owner of a conversation in Postgres", function () {
  this.timeout(60_000);
  let postgres: InProcessPostgres;
  before(async () => {
    postgres = await startInProcessPostgres();
  });
  after(() => postgres.close());

  const stores = () => ({
    conversations: postgresConversations(postgres.pool),
    archive: postgresArchive(postgres.pool),
  });
  async function begun(userId: string, id = uuid()) {
    return await stores().conversations.begin(newRun({ userId, conversation: { id } }));
  }

  it("is a key, or a user whom the key names, and the key may use both", async () => {
    const { conversations, archive } = stores();
    const own = await begun("key-1");
    const named = await begun("key-1/ada/lovelace");
    await begun("key-10/ada");

    const page = await archive.list("key-1", everything);
    expect(page.data.map(({ id, user }) => [id, user])).to.deep.equal([
      [named.conversationId, "ada/lovelace"],
      [own.conversationId, null],
    ]);
    const second = await archive.list("key-1", { limit: 1, after: named.conversationId });
    expect(second.data.map(({ id }) => id)).to.deep.equal([own.conversationId]);
    const id = named.conversationId;
    expect(await conversations.find(id, "key-1", everything)).to.include({ user: "ada/lovelace" });
    expect((await archive.open(id, "key-1"))?.head).to.include({ id });
    expect(await conversations.holdMemories(id, "key-1")).to.equal("key-1/ada/lovelace");
    expect(await begun("key-1", id)).to.include({ userId: "key-1/ada/lovelace" });
    expect(await conversations.remove(id, "key-1")).to.equal(true);
  });

  it("is hidden from every other, those with the same beginning too", async () => {
    const { conversations, archive } = stores();
    const { conversationId: id } = await begun("key-2/ada");
    await begun("key-2");

    for (const other of ["key-2/ad", "key-2/ada/", "key-2/bob", "key-20", "key-", "ada"]) {
      expect(await conversations.find(id, other, everything), other).to.equal(undefined);
      expect(await archive.open(id, other), other).to.equal(undefined);
      expect((await archive.list(other, everything)).data, other).to.deep.equal([]);
      expect(await conversations.holdMemories(id, other), other).to.equal(undefined);
      expect(await conversations.remove(id, other), other).to.equal(false);
      const refused = await begun(other, id).catch((error: unknown) => error);
      expect(refused, other).to.include({ status: 404 });
    }
    const mine = await archive.list("key-2/ada", everything);
    expect(mine.data.map((head) => head.id)).to.deep.equal([id]);
  });
});
