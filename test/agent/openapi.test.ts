import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formatsPlugin from "ajv-formats";
import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import { refusals, type Turn } from "../support/model-turn.ts";

const headers = { host: "localhost" };
type Json = Readonly<Record<string, unknown>>;

interface Described {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly responses: Readonly<Record<string, { readonly links?: Json }>>;
}
interface Operation extends Described {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
}

describe("/openapi.json", () => {
  let server: ModelServer | undefined;
  let document: Json;
  let operations: readonly Operation[];
  before(async () => {
    const { app } = testApp("http://127.0.0.1:1/v1");
    document = (await app.inject({ url: "/openapi.json", headers })).json();
    operations = operationsOf(document);
    // The document lets answers grow; here what it does not know is a mistake in it.
    ajv.addSchema(closed(document) as object, "document");
  });
  after(() => ajv.removeSchema("document"));
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  async function start(turns: readonly Turn[], environment = {}): Promise<TestApp> {
    server = await startModelServer({ turns });
    return testApp(server.url, environment);
  }

  it("is valid OpenAPI 3.1, and needs no key", async () => {
    const { app } = await start([], { AGENT_API_KEYS: "secret" });

    const response = await app.inject({ url: "/openapi.json", headers });

    expect(response.statusCode).to.equal(200);
    const described = response.json<Json>();
    const { valid, errors } = await new Validator().validate({ ...described });
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
    expect(described["openapi"]).to.match(/^3\.1\./);
  });

  it("tells nothing of one installation that it would not tell of another", async () => {
    const { app } = await start([], {
      AGENT_API_KEYS: "secret-key",
      AGENT_MODEL: "secret-model",
      AGENT_MAX_MESSAGES: "41",
    });

    const { body } = await app.inject({ url: "/openapi.json", headers });

    expect(body).not.to.match(/secret-|\b41\b|127\.0\.0\.1/);
    expect(JSON.parse(body)).to.deep.equal(document);
  });

  it("has every route that the agent has, and no other", async () => {
    const routes = await routesOf(() => testApp("http://127.0.0.1:1/v1").app);
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

    expect(described.toSorted()).to.deep.equal(routes.toSorted());
  });

  it("names every operation once, and links from answers to operations that there are", () => {
    const ids = operations.map(({ operationId }) => operationId);
    const links = operations.flatMap(({ responses }) => Object.keys(responses["200"]?.links ?? {}));

    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids).to.include.members(links);
    expect(new Set(links)).to.deep.equal(
      new Set([
        ...["getConversation", "exportConversation", "deleteConversation", "retrieveModel"],
        ...["getResponse", "listInputItems", "deleteResponse"],
      ]),
    );
  });

  it("has no schema that nothing in it names", () => {
    const text = JSON.stringify(document);
    const { schemas } = document["components"] as { readonly schemas: Json };

    const unnamed = Object.keys(schemas).filter((name) => !text.includes(`/schemas/${name}"`));
    expect(unnamed).to.deep.equal([]);
    expect(Object.keys(schemas)).to.include.members(["AgentRequest", "ChatRequest", "Message"]);
  });

  it("says of each operation whether it needs a key, as it is", async () => {
    const { app } = await start([], { AGENT_API_KEYS: "secret" });

    for (const { method, path, security, responses } of operations) {
      const url = path.replace("{id}", "00000000-0000-4000-8000-000000000000");
      const { statusCode } = await app.inject({ method, url, headers, payload: {} });
      const isOpen = security?.length === 0;
      expect(statusCode === 401, `${method} ${path}`).to.equal(!isOpen);
      expect(responses["401"] !== undefined).to.equal(!isOpen);
    }
  });

  const agentTurns: readonly Turn[] = [
    { calls: [{ name: "current_time", args: "{}" }] },
    { text: "It is late." },
  ];
  const ask = { prompt: "How late is it?" };
  const chat = { model: "planner", messages: [{ role: "user", content: "How late is it?" }] };
  const tool = { type: "function", function: { name: "open_door", parameters: {} } };
  const respond = { input: "How late is it?" };
  /** What is asked, in order, the operations' paths, and the model's turns. */
  const answers: readonly [string, Asked, Json | undefined, readonly Turn[], number?][] = [
    ["an agent's answer with a tool", "post /v1/agent", ask, agentTurns],
    ["a completion with a tool", "post /v1/chat/completions", chat, agentTurns],
    [
      "a client's tool call",
      "post /v1/chat/completions",
      { ...chat, tools: [tool] },
      [{ calls: [{ name: "open_door", args: "{}" }] }],
    ],
    [
      "a title for Open WebUI, which is not kept",
      "post /v1/chat/completions",
      { ...chat, messages: [{ role: "user", content: "### Task:\nWrite a title." }] },
      [{ text: "A late hour" }],
    ],
    ["a response with a tool", "post /v1/responses", respond, agentTurns],
    [
      "a response with a search and a client's tool",
      "post /v1/responses",
      { ...respond, tools: [{ type: "web_search" }, { type: "function", name: "open_door" }] },
      [
        {
          calls: [
            { name: "web_search", args: '{"query":"hours"}', id: "a" },
            { name: "open_door", args: "{}", id: "b" },
          ],
        },
      ],
    ],
    ["a wrong response", "post /v1/responses", {}, [], 400],
    ["models", "get /v1/models", undefined, []],
    ["liveness", "get /livez", undefined, []],
    ["readiness", "get /readyz", undefined, []],
    ["health", "get /healthz", undefined, []],
    ["metrics", "get /metrics", undefined, []],
    ["itself", "get /openapi.json", undefined, []],
    ["a wrong request", "post /v1/agent", {}, [], 400],
    ["a model that is not there", "post /v1/chat/completions", { ...chat, model: "x" }, [], 404],
    ["a rate limit", "post /v1/agent", ask, [refusals.rateLimit(1)], 429],
    ["a failure of the model's", "post /v1/chat/completions", chat, [refusals.failure], 502],
    ["silence of the model's", "post /v1/chat/completions", chat, [{ stall: true }], 504],
  ];
  for (const [what, asked, payload, turns, status = 200] of answers) {
    it(`describes ${what}`, async () => {
      const { app } = await start(turns);
      const [method, path] = asked.split(" ") as ["get" | "post", string];

      const response = await app.inject({
        method,
        url: path,
        headers,
        ...(payload && { payload }),
      });

      expect(response.statusCode).to.equal(status);
      const type = response.headers["content-type"]?.toString().split(";")[0] ?? "";
      const body: unknown = type === "application/json" ? response.json() : response.body;
      expectValid(schemaOf(method, path, status, type), body);
    });
  }

  it("describes one model, a conversation and its deletion, and that it is gone", async () => {
    const { app } = await start(agentTurns);
    const asked = await app.inject({ method: "POST", url: "/v1/agent", headers, payload: ask });
    const { conversation_id: id } = asked.json<{ conversation_id: string }>();
    const steps = [
      ["get", "/v1/models/{id}", "planner", 200],
      ["get", "/v1/models/{id}", "other", 404],
      ["get", "/v1/conversations", id, 200],
      ["get", "/v1/conversations/{id}", id, 200],
      ["get", "/v1/conversations/{id}/export", id, 200],
      ["delete", "/v1/conversations/{id}", id, 200],
      ["delete", "/v1/conversations/{id}", id, 404],
    ] as const;

    for (const [method, path, parameter, status] of steps) {
      const url = path.replace("{id}", parameter);
      const response = await app.inject({ method, url, headers });
      expect(response.statusCode).to.equal(status);
      expectValid(schemaOf(method, path, status, "application/json"), response.json());
    }
  });

  it("describes a response that is kept, what it was asked with, and its deletion", async () => {
    const { app } = await start(agentTurns);
    const payload = { ...respond, background: true };
    const asked = await app.inject({ method: "POST", url: "/v1/responses", headers, payload });
    const { id } = asked.json<{ id: string }>();
    const steps = [
      ["post", "/v1/responses/{id}/cancel", 200],
      ["get", "/v1/responses/{id}", 200],
      ["get", "/v1/responses/{id}/input_items", 200],
      ["delete", "/v1/responses/{id}", 200],
      ["get", "/v1/responses/{id}", 404],
    ] as const;

    for (const [method, path, status] of steps) {
      const response = await app.inject({ method, url: path.replace("{id}", id), headers });
      expect(response.statusCode, `${method} ${path}`).to.equal(status);
      expectValid(schemaOf(method, path, status, "application/json"), response.json());
    }
  });

  it("describes an agent that is not ready", async () => {
    const { app, conversations } = await start([]);
    conversations.isUp = false;

    for (const url of ["/readyz", "/healthz"]) {
      const response = await app.inject({ url, headers });
      expect(response.statusCode).to.equal(503);
      expectValid(schemaOf("get", url, 503, "application/json"), response.json());
    }
  });

  for (const [path, schema, payload] of [
    ["/v1/agent", "AgentEvent", ask],
    ["/v1/responses", "ResponseEvent", respond],
    [
      "/v1/chat/completions",
      "ChatCompletionChunk",
      { ...chat, stream_options: { include_usage: true } },
    ],
  ] as const) {
    it(`describes every event of a stream of ${path}`, async () => {
      const { app } = await start(agentTurns);

      const { body } = await app.inject({
        method: "POST",
        url: path,
        headers,
        payload: { ...payload, stream: true },
      });

      const events = body
        .split("\n\n")
        .map((each) => each.replace(/^event: .*\n/, ""))
        .filter((each) => each.startsWith("data: "));
      expect(events.length).to.be.greaterThan(2);
      const validate = schemaOf("post", path, 200, "text/event-stream");
      for (const each of events) expectValid(validate, { data: each.slice(6) });
      const validateData = compiled(`document#/components/schemas/${schema}`);
      for (const each of events.slice(0, -1)) expectValid(validateData, JSON.parse(each.slice(6)));
      expect(events.at(-1)).to.equal("data: [DONE]");
    });
  }

  it("describes the requests for embeddings that are taken, and those that are not", () => {
    const validate = requestSchema("/v1/embeddings");

    for (const input of ["x", ["x", "y"], [1, 2], [[1], [2]]]) {
      expectValid(validate, { model: "embed", input, encoding_format: "base64" });
    }
    for (const more of [{ input: "" }, { input: [] }, { input: ["x", 1] }, { dimensions: 3 }]) {
      expect(validate({ model: "embed", input: "x", ...more })).to.equal(false);
    }
  });

  it("describes the requests that are taken, and those that are not", () => {
    const validate = requestSchema("/v1/chat/completions");

    expectValid(validate, { ...chat, temperature: 1, unknown: true });
    for (const wrong of [{}, { ...chat, messages: [] }, { ...chat, n: 2 }]) {
      expect(validate(wrong), JSON.stringify(wrong)).to.equal(false);
    }
  });
});

type Asked = `${"get" | "post"} ${string}`;

function operationsOf(document: Json): Operation[] {
  const paths = document["paths"] as Readonly<Record<string, Readonly<Record<string, Described>>>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      ...described,
      path,
      method: method as Operation["method"],
    })),
  );
}

/** Fastify tells a channel of each instance that it makes, before the routes are there. */
async function routesOf(build: () => TestApp["app"]): Promise<string[]> {
  const routes: string[] = [];
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: TestApp["app"] };
    fastify.addHook("onRoute", ({ method, url }) => {
      for (const each of [method].flat()) {
        // Fastify adds a HEAD to each GET by itself.
        if (each !== "HEAD") routes.push(`${each} ${url.replace(/:(\w+)/g, "{$1}")}`);
      }
    });
  };
  subscribe("fastify.initialization", listen);
  try {
    await build().ready();
  } finally {
    unsubscribe("fastify.initialization", listen);
  }
  return routes;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formatsPlugin.default(ajv);

function schemaOf(method: string, path: string, status: number, type: string): ValidateFunction {
  const place = `document#/paths/${escaped(path)}/${method}/responses/${status}`;
  return compiled(`${place}/content/${escaped(type)}/schema`);
}

function requestSchema(path: string): ValidateFunction {
  const place = `document#/paths/${escaped(path)}/post/requestBody`;
  return compiled(`${place}/content/${escaped("application/json")}/schema`);
}

function compiled(place: string): ValidateFunction {
  return ajv.getSchema(place) ?? expect.fail(`the document has no ${place}`);
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function expectValid(validate: ValidateFunction, value: unknown): void {
  validate(value);
  const problems = validate.errors ?? [];
  expect(problems, JSON.stringify({ problems, value }, null, 1)).to.have.length(0);
}

/** The same schemas, each object without fields that it does not name, unless it says otherwise. */
function closed(part: unknown): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(closed);
  const entries = Object.entries(part).map(([name, each]) => [name, closed(each)]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  const isObject = copy["type"] === "object" && copy["properties"] !== undefined;
  if (isObject && copy["additionalProperties"] === undefined) copy["additionalProperties"] = false;
  return copy;
}
