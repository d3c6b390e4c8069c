import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";

interface Completion {
  readonly conversation_id: string;
}

describe("a conversation of a user whom the request names", () => {
  let server: ModelServer;
  let agent: TestApp;
  beforeEach(async () => {
    server = await startModelServer({
      turns: Array.from({ length: 8 }, () => ({ text: "Well." })),
    });
    const keys = { AGENT_API_KEYS: "one,two", OPENWEBUI_AGENT_KEY: "trusted" };
    agent = testApp(server.url, keys);
  });
  afterEach(() => server.close());

  function call(
    method: "GET" | "POST" | "DELETE",
    url: string,
    { key = "one", payload, headers }: { key?: string; payload?: object; headers?: object } = {},
  ) {
    const all = { authorization: `Bearer ${key}`, ...headers };
    return agent.app.inject({ method, url, headers: all, ...(payload && { payload }) });
  }
  const chat = (body: object, as: { key?: string; headers?: object } = {}) => {
    const messages = [{ role: "user", content: "x" }];
    return call("POST", "/v1/chat/completions", {
      ...as,
      payload: { model: "planner", messages, ...body },
    });
  };
  const begin = async (...args: Parameters<typeof chat>) =>
    (await chat(...args)).json<Completion>().conversation_id;
  const listed = async (query = "", key = "one") =>
    (await call("GET", `/v1/conversations${query}`, { key }))
      .json<{ data: { id: string; user: string | null }[] }>()
      .data.map(({ id, user }) => [id, user] as const);

  for (const field of ["user", "safety_identifier"]) {
    it(`by ${field} is read, listed, exported and deleted under the same key`, async () => {
      const id = await begin({ [field]: "ada" });

      expect(await listed()).to.deep.equal([[id, "ada"]]);
      expect((await call("GET", `/v1/conversations/${id}`)).json()).to.include({ id, user: "ada" });
      expect((await call("GET", `/v1/conversations/${id}/export`)).statusCode).to.equal(200);
      expect((await call("DELETE", `/v1/conversations/${id}`)).statusCode).to.equal(200);
      expect(await listed()).to.deep.equal([]);
    });
  }

  it("goes on under that user, whichever endpoint it goes on at", async () => {
    const id = await begin({ user: "ada" });

    const answers = [
      await call("POST", "/v1/agent", { payload: { prompt: "y", conversation_id: id } }),
      await chat({ conversation_id: id }),
      await chat({ conversation_id: id, user: "ada" }),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([200, 200, 200]);
    expect(await listed()).to.deep.equal([[id, "ada"]]);
  });

  it("is recalled from that user's memory, and its tools act for that user", async () => {
    const asked: unknown[] = [];
    const memory = {
      search: () => Promise.resolve([]),
      recall: (query: { scope: unknown }) => {
        asked.push(query.scope);
        return Promise.resolve({ status: "ok" as const, hits: [] });
      },
    };
    agent = testApp(server.url, { AGENT_MEMORY_SCOPE: "user" }, { memory });
    const headers = { host: "localhost" };
    const id = await begin({ user: "ada" }, { headers });
    await call("POST", "/v1/agent", { headers, payload: { prompt: "y", conversation_id: id } });

    const ada = { userId: "anonymous/ada", everywhere: true };
    expect(asked).to.deep.equal([ada, ada]);
  });

  it("belongs to no other named user and no other key, however alike their names are", async () => {
    const id = await begin({ user: "ada" });

    for (const user of ["bob", "ad", "ada/", "ada/x", "ADA"]) {
      expect((await chat({ user, conversation_id: id })).statusCode, user).to.equal(404);
    }
    expect((await chat({ conversation_id: id }, { key: "two" })).statusCode).to.equal(404);
    expect((await call("GET", `/v1/conversations/${id}`, { key: "two" })).statusCode).to.equal(404);
    expect(await listed("", "two")).to.deep.equal([]);
    expect(await listed("?user=bob")).to.deep.equal([]);
    expect(await listed("?user=ada")).to.deep.equal([[id, "ada"]]);
  });

  it("is not a user's that a trusted client calls like a key, or like that user", async () => {
    const id = await begin({ user: "ada" });
    const userId = agent.conversations.begun[0]?.userId ?? "";
    const [key = ""] = userId.split("/");

    for (const name of [key, userId, "anonymous"]) {
      const headers = { "x-openwebui-user-id": name };
      const as = { key: "trusted", headers };
      expect((await call("GET", `/v1/conversations/${id}`, as)).statusCode, name).to.equal(404);
      expect((await chat({ conversation_id: id }, as)).statusCode, name).to.equal(404);
    }
  });

  it("is told from one whose name Postgres would store alike", async () => {
    for (const user of ["a\0", "a\uFFFD", "a\ud800", "a\udbff"]) await begin({ user });

    const users = agent.conversations.begun.map(({ userId }) => userId);
    expect(new Set(users).size).to.equal(4);
    for (const user of users) expect(user.isWellFormed() && !user.includes("\0")).to.equal(true);
  });
});
