import { expect } from "chai";
import { titleOf } from "../../agent/adapters/conversation-title.ts";
import { exportText } from "../../agent/http/conversation-export.ts";
import { testApp, type TestApp } from "../support/test-app.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";

interface List {
  readonly data: readonly { readonly id: string }[];
  readonly last_id: string | null;
  readonly has_more: boolean;
}

const nobodys = "00000000-0000-4000-8000-000000000000";

describe("conversations", () => {
  let server: ModelServer;
  let agent: TestApp;
  beforeEach(async () => {
    const calls = [{ name: "current_time", args: "{}" }];
    server = await startModelServer({
      turns: Array.from({ length: 5 }, () => [{ calls }, { text: "It is late." }]).flat(),
    });
    agent = testApp(server.url, { AGENT_API_KEYS: "ada,bob" });
  });
  afterEach(() => server.close());

  const headers = (key: string) => ({ authorization: `Bearer ${key}` });
  const get = (url: string, key = "ada") => agent.app.inject({ url, headers: headers(key) });
  async function say(prompt: string, key = "ada"): Promise<string> {
    const payload = { prompt };
    const options = { method: "POST", url: "/v1/agent", payload, headers: headers(key) } as const;
    return (await agent.app.inject(options)).json<{ conversation_id: string }>().conversation_id;
  }

  it("are listed for their owner, the last used first, a page at a time", async () => {
    const [one, two, three] = [await say("one"), await say("two"), await say("three")];
    await say("somebody else's", "bob");

    const first = (await get("/v1/conversations?limit=2")).json<List>();
    const second = (await get(`/v1/conversations?limit=2&after=${first.last_id}`)).json<List>();

    expect(first.data.map(({ id }) => id)).to.deep.equal([three, two]);
    expect(first).to.include({ has_more: true, last_id: two });
    expect(second.data.map(({ id }) => id)).to.deep.equal([one]);
    expect(second.has_more).to.equal(false);
  });

  it("are none for who has none", async () => {
    await say("one");

    expect((await get("/v1/conversations", "bob")).json()).to.deep.equal({
      object: "list",
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it("are read a page of messages at a time", async () => {
    const id = await say("one");

    const first = (await get(`/v1/conversations/${id}?limit=3`)).json<Messages>();
    const after = first.messages.at(-1)?.id ?? "";
    const rest = (await get(`/v1/conversations/${id}?limit=3&after=${after}`)).json<Messages>();

    expect(first.has_more).to.equal(true);
    expect(rest.has_more).to.equal(false);
    const roles = [...first.messages, ...rest.messages].map(({ role }) => role);
    expect(roles).to.deep.equal(["user", "assistant", "tool", "assistant"]);
  });

  for (const query of ["limit=0", "limit=101", "limit=many", "after=somewhere"]) {
    it(`are refused with the parameter that is wrong: ${query}`, async () => {
      const response = await get(`/v1/conversations?${query}`);

      expect(response.statusCode).to.equal(400);
      expect(response.json()).to.have.nested.property("error.param", query.split("=")[0]);
    });
  }

  it("are exported whole, as one document to keep", async () => {
    const id = await say("one");

    const response = await get(`/v1/conversations/${id}/export`);

    expect(response.headers["content-disposition"]).to.include(`conversation-${id}.json`);
    const document = response.json<Record<string, unknown[]>>();
    expect(document).to.include({ object: "conversation.export", id });
    expect(document["messages"]).to.have.length(4);
    expect(document["runs"]).to.have.length(1);
    expect(document["tool_executions"]).to.have.nested.property("0.name", "current_time");
  });

  it("are nobody else's to read, export or delete", async () => {
    const id = await say("one");

    for (const url of [`/v1/conversations/${id}`, `/v1/conversations/${id}/export`]) {
      expect((await get(url, "bob")).statusCode).to.equal(404);
    }
    const removal = { method: "DELETE", url: `/v1/conversations/${id}` } as const;
    const refused = await agent.app.inject({ ...removal, headers: headers("bob") });
    expect(refused.statusCode).to.equal(404);
    expect((await get(`/v1/conversations/${nobodys}/export`)).statusCode).to.equal(404);
    expect((await get(`/v1/conversations/${id}`)).statusCode).to.equal(200);
  });
});

describe("an export", () => {
  it("holds one page at a time, however long the conversation is", async () => {
    let inMemory = 0;
    let most = 0;
    async function* rows(count: number) {
      for (let index = 0; index < count; index += 1) {
        most = Math.max(most, ++inMemory);
        yield await Promise.resolve([{ index }]);
        inMemory -= 1;
      }
    }
    const at = "2026-01-01T00:00:00.000Z";
    const head = { id: nobodys, user: null, source: "api", title: null, metadata: {} };
    const parts = {
      messages: () => rows(10_000),
      runs: () => rows(0),
      tool_executions: () => rows(1),
    };
    let text = "";
    const opened = { head: { ...head, created_at: at, updated_at: at }, parts };
    for await (const piece of exportText(opened, true)) text += piece;

    expect(most).to.equal(1);
    const document = JSON.parse(text) as Record<string, unknown[]>;
    expect(document["messages"]).to.have.length(10_000);
    expect(document["runs"]).to.deep.equal([]);
    expect(document["tool_executions"]).to.deep.equal([{ index: 0 }]);
  });
});

describe("a conversation's title", () => {
  it("is the start of its first question, on one line", () => {
    const messages = [
      { role: "system", content: "Be kind." },
      { role: "user", content: "  How late\n is it? " },
      { role: "user", content: "And where?" },
    ] as const;

    expect(titleOf(messages)).to.equal("How late is it?");
  });

  it("is cut between characters, and is none without words", () => {
    const title = titleOf([{ role: "user", content: "\u{1F600}".repeat(100) }]) ?? "";

    expect(title).to.equal(`${"\u{1F600}".repeat(79)}…`);
    expect(titleOf([])).to.equal(null);
    expect(titleOf([{ role: "user", content: "a\0b" }])).not.to.include("\0");
  });
});

interface Messages {
  readonly messages: readonly { readonly id: string; readonly role: string }[];
  readonly has_more: boolean;
}
