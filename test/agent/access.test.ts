import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";

const nowhere = "http://127.0.0.1:1/v1";

function models(app: TestApp["app"], headers: Record<string, string>) {
  return app.inject({
    method: "GET",
    url: "/v1/models",
    headers: { host: "localhost", ...headers },
  });
}

describe("access", () => {
  it("is open on the usual hosts while no key is set, and closed to any other host", async () => {
    const { app } = testApp(nowhere);

    expect((await models(app, {})).statusCode).to.equal(200);
    expect((await models(app, { host: "127.0.0.1:8000" })).statusCode).to.equal(200);
    const foreign = await models(app, { host: "evil.example" });
    expect(foreign.statusCode).to.equal(403);
    expect(foreign.json<{ error: object }>().error).to.include({ code: "host_not_allowed" });
  });

  it("wants one of its keys once there are any, whatever the host", async () => {
    const { app } = testApp(nowhere, { AGENT_API_KEYS: "first-key, second-key" });

    expect((await models(app, {})).statusCode).to.equal(401);
    expect((await models(app, { authorization: "Bearer wrong" })).statusCode).to.equal(401);
    expect((await models(app, { authorization: "Bearer second-key" })).statusCode).to.equal(200);
    const refused = await models(app, { authorization: "Bearer wrong" });
    expect(refused.json()).to.deep.equal({
      error: {
        message: "The API key is wrong.",
        type: "authentication_error",
        param: null,
        code: "invalid_api_key",
      },
    });
  });

  it("believes user headers under the trusted key alone", async () => {
    const { app, conversations } = testApp(nowhere, {
      AGENT_API_KEYS: "a-key",
      OPENWEBUI_AGENT_KEY: "trusted-key",
    });
    const call = (key: string) =>
      app.inject({
        method: "POST",
        url: "/v1/agent",
        headers: { authorization: `Bearer ${key}`, "x-openwebui-user-id": "ada" },
        payload: { prompt: "x" },
      });

    await call("a-key");
    await call("trusted-key");

    expect(conversations.begun[0]?.userId).to.match(/^key-[0-9a-f]{16}$/);
    expect(conversations.begun[1]?.userId).to.equal("ada");
  });

  it("tells two users apart whose names are long and begin alike", async () => {
    const { app, conversations } = testApp(nowhere, { OPENWEBUI_AGENT_KEY: "trusted-key" });
    const messages = [{ role: "user", content: "x" }];
    for (const end of ["a", "b"]) {
      const user = "u".repeat(255) + end;
      await app.inject({
        ...{ method: "POST", url: "/v1/chat/completions", headers: { host: "localhost" } },
        payload: { model: "planner", messages, user },
      });
      await app.inject({
        method: "POST",
        url: "/v1/chat/completions",
        headers: {
          authorization: "Bearer trusted-key",
          "x-openwebui-user-id": "u".repeat(256) + end,
        },
        payload: { model: "planner", messages },
      });
    }

    const users = conversations.begun.map(({ userId }) => userId);
    expect(new Set(users).size).to.equal(4);
    for (const user of users) expect(user.length).to.be.at.most(256);
  });

  it("hides one caller's conversation from another", async () => {
    const { app, conversations } = testApp(nowhere, { AGENT_API_KEYS: "key-one,key-two" });
    const call = (key: string, method: "GET" | "DELETE", id: string) =>
      app.inject({
        method,
        url: `/v1/conversations/${id}`,
        headers: { authorization: `Bearer ${key}` },
      });
    await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers: { authorization: "Bearer key-one" },
      payload: { prompt: "secret plan" },
    });
    const [run] = conversations.begun;
    const id = run && "id" in run.conversation ? run.conversation.id : "";

    expect((await call("key-two", "GET", id)).statusCode).to.equal(404);
    expect((await call("key-two", "DELETE", id)).statusCode).to.equal(404);
    expect((await call("key-one", "GET", id)).body).to.include("secret plan");
    expect((await call("key-one", "DELETE", id)).json()).to.include({ deleted: true });
    expect((await call("key-one", "GET", id)).statusCode).to.equal(404);
  });

  it("holds back more requests than allowed, with the time to come again", async () => {
    const { app } = testApp(nowhere, { AGENT_RATE_LIMIT_PER_MINUTE: "1" });
    const call = () =>
      app.inject({
        method: "POST",
        url: "/v1/agent",
        headers: { host: "localhost" },
        payload: { prompt: "x" },
      });

    await call();
    const second = await call();

    expect(second.statusCode).to.equal(429);
    expect(Number(second.headers["retry-after"])).to.be.within(1, 60);
  });

  it("holds back the person whose requests they are, and nobody else in Open WebUI", async () => {
    const { app } = testApp(nowhere, {
      AGENT_RATE_LIMIT_PER_MINUTE: "2",
      OPENWEBUI_AGENT_KEY: "trusted",
    });
    const statusFor = async (person: string) => {
      const response = await app.inject({
        method: "POST",
        url: "/v1/chat/completions",
        headers: { authorization: "Bearer trusted", "x-openwebui-user-id": person },
        payload: { model: "planner", messages: [{ role: "user", content: "x" }] },
      });
      return response.statusCode;
    };

    for (let request = 0; request < 2; request += 1) await statusFor("ada");

    expect(await statusFor("ada")).to.equal(429);
    expect(await statusFor("bob")).to.equal(502);
  });
});

describe("errors", () => {
  it("have OpenAI's envelope and a request id, everywhere", async () => {
    const { app } = testApp(nowhere, { AGENT_BODY_LIMIT_BYTES: "1024" });
    const post = (payload: string, type = "application/json") =>
      app.inject({
        method: "POST",
        url: "/v1/agent",
        headers: { host: "localhost", "content-type": type },
        payload,
      });
    const responses = {
      400: await post("{not json"),
      404: await app.inject({ method: "GET", url: "/nowhere", headers: { host: "localhost" } }),
      413: await post(JSON.stringify({ prompt: "x".repeat(2000) })),
      415: await post("prompt=x", "application/x-www-form-urlencoded"),
      502: await post('{"prompt": "x"}'),
    };

    for (const [status, response] of Object.entries(responses)) {
      expect(response.statusCode, response.body).to.equal(Number(status));
      expect(response.json<{ error: object }>().error).to.have.all.keys(
        "message",
        "type",
        "param",
        "code",
      );
      expect(response.headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
    }
  });
});

describe("health", () => {
  it("is ready while Postgres answers, and degraded without a neighbour", async () => {
    const down = () => Promise.reject(new Error("down"));
    const { app, conversations } = testApp(nowhere, {}, { neighbours: { qdrant: down } });
    const get = (url: string) => app.inject({ method: "GET", url });

    expect((await get("/livez")).statusCode).to.equal(200);
    expect((await get("/readyz")).statusCode).to.equal(200);
    expect((await get("/healthz")).json()).to.deep.equal({
      status: "degraded",
      services: { postgres: "ok", qdrant: "unavailable" },
    });
    conversations.isUp = false;
    expect((await get("/readyz")).statusCode).to.equal(503);
    expect((await get("/livez")).statusCode).to.equal(200);
  });

  it("is not ready while it drains", async () => {
    const { app } = testApp(nowhere, {}, { isDraining: () => true });

    expect((await app.inject({ method: "GET", url: "/readyz" })).statusCode).to.equal(503);
  });
});
