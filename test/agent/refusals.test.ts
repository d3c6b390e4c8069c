import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const nowhere = "http://127.0.0.1:1/v1";
const askTime = { calls: [{ name: "current_time", args: "{}" }] };

function ask({ app }: TestApp, payload: object = { prompt: "x" }, url = "/v1/agent") {
  return app.inject({ method: "POST", url, headers: { host: "localhost" }, payload });
}

function chat(agent: TestApp, messages: readonly object[], others: object = {}) {
  return ask(agent, { model: "planner", messages, ...others }, "/v1/chat/completions");
}

describe("a failed run", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  it("is not to be asked for again once a tool has run, which would run again", async () => {
    model = await scriptedModel(askTime, { status: 500 }, { status: 500 });
    const agent = testApp(model.baseUrl);

    const after = await ask(agent);
    const before = await ask(agent);

    expect(after.statusCode).to.equal(502);
    expect(after.headers["x-should-retry"]).to.equal("false");
    expect(after.json<{ error: object }>().error).to.include({ code: "upstream" });
    expect(before.statusCode).to.equal(502);
    expect(before.headers).not.to.have.property("x-should-retry");
  });

  it("keeps its status and the time to come again", async () => {
    model = await scriptedModel(askTime, { status: 429, headers: { "retry-after": "7" } });

    const { headers, statusCode } = await ask(testApp(model.baseUrl));

    expect(statusCode).to.equal(429);
    expect(headers).to.include({ "retry-after": "7", "x-should-retry": "false" });
  });
});

describe("a request that is too long", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());

  it("for the agent's own bound is refused, and the model is not asked", async () => {
    model = await scriptedModel();
    const agent = testApp(model.baseUrl, { AGENT_CONTEXT_TOKENS: "1500" });

    const response = await chat(agent, [{ role: "user", content: "x".repeat(6000) }]);

    expect(response.statusCode).to.equal(400);
    expect(response.json<{ error: object }>().error).to.include({
      code: "context_length_exceeded",
      param: "messages",
    });
    expect(model.received).to.deep.equal([]);
  });

  const upstream = [
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001.",
    "litellm.ContextWindowExceededError: litellm.BadRequestError: OpenAIException - too many",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "the request exceeds the available context size, try increasing it",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
  ];
  for (const message of upstream) {
    it(`for the model is refused with one code: ${message.slice(0, 30)}…`, async () => {
      model = await scriptedModel({ status: 400, message });

      const response = await chat(testApp(model.baseUrl), [{ role: "user", content: "x" }]);

      expect(response.statusCode).to.equal(400);
      expect(response.json<{ error: object }>().error).to.include({
        code: "context_length_exceeded",
        type: "invalid_request_error",
      });
    });
  }

  it("is not every request that the model refuses", async () => {
    model = await scriptedModel({ status: 400, message: "temperature must be below 2" });

    const response = await chat(testApp(model.baseUrl), [{ role: "user", content: "x" }]);

    expect(response.statusCode).to.equal(400);
    expect(response.json<{ error: object }>().error).to.include({
      code: null,
      message: "temperature must be below 2",
    });
  });

  it("loses its oldest turns before the last question", async () => {
    model = await scriptedModel({ text: "x" });
    const agent = testApp(model.baseUrl, { AGENT_CONTEXT_TOKENS: "1500" });
    const long = "l".repeat(5000);

    await chat(agent, [
      { role: "system", content: "rules" },
      { role: "user", content: long },
      { role: "assistant", content: "old" },
      { role: "user", content: "question" },
    ]);

    expect(model.received[0]?.["messages"]).to.deep.equal([
      { role: "system", content: "rules" },
      { role: "user", content: "question" },
    ]);
  });
});

describe("an agent under pressure", () => {
  it("begins no run while its event loop lags, and still answers whether it is alive", async () => {
    const agent = testApp(nowhere, {}, { settings: { eventLoopDelayMs: 10 } });
    await agent.app.ready();
    // Blocks again and again, so that the mean of the watched second is high.
    const end = performance.now() + 1300;
    while (performance.now() < end) {
      const pause = performance.now() + 60;
      while (performance.now() < pause);
      await delay(1);
    }

    const refused = await ask(agent);
    const alive = await agent.app.inject({ method: "GET", url: "/livez" });

    expect(refused.statusCode).to.equal(503);
    expect(refused.headers["retry-after"]).to.equal("2");
    expect(refused.json<{ error: object }>().error).to.include({ code: "overloaded" });
    expect(alive.statusCode).to.equal(200);
    await agent.app.close();
  });

  it("says when to come again where as many runs go on as may", async () => {
    const model = await scriptedModel({ stall: true });
    const agent = testApp(model.baseUrl, { AGENT_MAX_RUNS: "1" });
    const first = ask(agent).then((response) => response.statusCode);
    while (model.received.length === 0) await delay(5);

    const second = await ask(agent);

    expect(second.statusCode).to.equal(503);
    expect(second.headers["retry-after"]).to.equal("2");
    await model.close();
    expect(await first).to.be.oneOf([502, 504]);
  });
});

describe("pages of other sites", () => {
  it("are let in by no header, whatever they ask", async () => {
    const { app } = testApp(nowhere);
    const origin = { host: "localhost", origin: "https://evil.example" };
    const preflight = await app.inject({
      method: "OPTIONS",
      url: "/v1/agent",
      headers: { ...origin, "access-control-request-method": "POST" },
    });
    const read = await app.inject({ method: "GET", url: "/v1/models", headers: origin });

    expect(preflight.statusCode).to.equal(405);
    for (const { headers } of [preflight, read]) {
      expect(
        Object.keys(headers).filter((name) => name.startsWith("access-control")),
      ).to.deep.equal([]);
    }
  });
});

describe("an address or a method that is not served", () => {
  const { app } = testApp(nowhere);
  const call = (method: "GET" | "PUT" | "DELETE", url: string) =>
    app.inject({ method, url, headers: { host: "localhost" } });

  it("is 405 with the methods that are, where the address is right", async () => {
    const chat = await call("GET", "/v1/chat/completions");
    const one = await call("PUT", "/v1/conversations/7d5f5b0e-0000-4000-8000-000000000000?x=1");

    expect([chat.statusCode, one.statusCode]).to.deep.equal([405, 405]);
    expect(chat.headers["allow"]).to.equal("POST");
    expect(String(one.headers["allow"]).split(", ")).to.include.members(["DELETE", "GET"]);
    expect(chat.json<{ error: { code: string } }>().error.code).to.equal("method_not_allowed");
  });

  for (const [what, url, status] of [
    ["nobody serves", "/v1/nothing", 404],
    ["can't be decoded", "/v1/models/%E0%A4%A", 400],
    ["has a parameter without end", `/v1/models/${"x".repeat(300)}`, 414],
  ] as const) {
    it(`is ${status} in OpenAI's envelope where ${what}`, async () => {
      const answer = await call("GET", url);

      expect(answer.statusCode).to.equal(status);
      const { error } = answer.json<{ error: Record<string, unknown> }>();
      expect(error).to.have.all.keys("message", "type", "param", "code");
      expect(error["type"]).to.equal("invalid_request_error");
    });
  }

  for (const [method, url, nearest] of [
    ["POST", "/chat/completions", "/v1/chat/completions"],
    ["POST", "/v1/v1/chat/completions", "/v1/chat/completions"],
    ["POST", "/v1/completions", "/v1/chat/completions"],
    ["POST", "/v1/Chat/Completions", "/v1/chat/completions"],
    ["POST", "/v1/chat/completion", "/v1/chat/completions"],
    ["POST", "/api/chat", "/v1/chat/completions"],
    ["GET", "/api/tags", "/v1/models"],
    ["GET", "/models", "/v1/models"],
    ["POST", "/embeddings", "/v1/embeddings"],
    ["POST", "/v1/embedding", "/v1/embeddings"],
    ["POST", "/agent", "/v1/agent"],
    ["GET", "/models/planner", "/v1/models/planner"],
    ["GET", "/health", "/healthz"],
  ] as const) {
    it(`is told what is nearest to ${method} ${url}`, async () => {
      const answer = await app.inject({ method, url, headers: { host: "localhost" } });

      expect(answer.statusCode).to.equal(404);
      const { message } = answer.json<{ error: { message: string } }>().error;
      expect(message).to.include(`Did you mean ${nearest}?`);
      expect(message.includes("base URL")).to.equal(
        !/^\/v1\/(?!v1)/.test(url) && nearest !== "/healthz",
      );
    });
  }

  for (const url of ["/", "/favicon.ico", "/wp-login.php", `/${"x".repeat(9000)}`]) {
    it(`is near to nothing where it is ${url.slice(0, 20)}`, async () => {
      const { message } = (await call("GET", url)).json<{ error: { message: string } }>().error;

      expect(message).not.to.include("Did you mean");
      expect(message).to.have.length.below(300);
    });
  }

  it("may have a slash too many", async () => {
    for (const url of ["/v1/models/", "//v1/models", "/v1//models"]) {
      expect((await call("GET", url)).statusCode, url).to.equal(200);
    }
  });
});

describe("bytes that Node would refuse by itself", () => {
  const head = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  for (const [what, bytes, status] of [
    ["no HTTP", "NONSENSE\r\n\r\n", 400],
    ["an address with a space", `GET /v1/mod els ${head}\r\n`, 400],
    ["an address that is no UTF-8", `GET /v1/models/%ff%zz ${head}\r\n`, 400],
    ["an address without a slash", `GET v1/models ${head}\r\n`, 400],
    ["an address of 20 kB", `GET /${"x".repeat(20_000)} ${head}\r\n`, 414],
    ["headers of 20 kB", `GET /v1/models ${head}X: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["no Host", "GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["another method", `BREW /v1/models ${head}\r\n`, 400],
    ["a method of WebDAV", `PROPFIND /v1/models ${head}\r\n`, 405],
    ["a tunnel", `CONNECT localhost:1 ${head}\r\n`, 405],
    ["a wish", `POST /v1/agent ${head}Expect: tea\r\nContent-Length: 2\r\n\r\n{}`, 417],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
  ] as const) {
    it(`are ${status} in OpenAI's envelope where they are ${what}`, async () => {
      const { app } = testApp(nowhere);
      const address = await app.listen({ host: "127.0.0.1", port: 0 });
      const socket = connect(Number(new URL(address).port), "127.0.0.1");
      socket.write(Buffer.from(bytes, "latin1"));
      const answer = await text(socket);
      await app.close();

      expect(answer).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).to.match(/^content-type: application\/json/im);
      expect(answer).to.match(/^x-request-id: /im);
      const { error } = JSON.parse(
        answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1),
      ) as {
        error: object;
      };
      expect(error).to.have.all.keys("message", "type", "param", "code");
    });
  }
});

describe("a caller without its key", () => {
  it("says how to sign in where a key is needed", async () => {
    const { app: closed } = testApp(nowhere, { AGENT_API_KEYS: "a-key-of-the-agent" });
    const answer = await closed.inject({ method: "GET", url: "/v1/models" });

    expect(answer.statusCode).to.equal(401);
    expect(answer.headers["www-authenticate"]).to.match(/^Bearer /);
  });
});
