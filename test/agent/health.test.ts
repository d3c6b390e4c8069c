import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { litellmModel } from "../../agent/adapters/litellm-model.ts";
import { neighboursOf } from "../../agent/startup/connect-services.ts";
import { parseAgentEnvironment } from "../../agent/contract/parse-environment.ts";
import { testApp } from "../support/test-app.ts";

/** What each answers: a status, or a body with it. */
interface World {
  models: readonly string[];
  qdrantKey: string;
  search: number;
  phoenix: number;
}

describe("/healthz", () => {
  let server: Server;
  let world: World;
  let url: string;
  beforeEach(async () => {
    world = { models: ["planner", "embed"], qdrantKey: "good", search: 400, phoenix: 200 };
    server = createServer((request, response) => {
      const json = (status: number, body: object = {}) => {
        response.writeHead(status, { "content-type": "application/json", connection: "close" });
        response.end(JSON.stringify(body));
      };
      switch (request.url) {
        case "/v1/models":
          json(200, { object: "list", data: world.models.map((id) => ({ id })) });
          return;
        case "/collections/agent_memory/exists":
          json(request.headers["api-key"] === world.qdrantKey ? 200 : 401);
          return;
        case "/search?format=json":
          json(world.search);
          return;
        case "/readyz":
          json(world.phoenix);
          return;
        default:
          json(404);
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterEach(() => server.close());

  async function health() {
    const environment = parseAgentEnvironment({
      DATABASE_URL: "postgresql://nobody@localhost/none",
      LITELLM_BASE_URL: `${url}/v1`,
      LITELLM_API_KEY: "k",
      QDRANT_URL: url,
      QDRANT_API_KEY: "good",
      SEARXNG_URL: url,
      PHOENIX_URL: url,
    });
    const model = litellmModel({
      ...{ baseUrl: `${url}/v1`, apiKey: "k", names: ["planner", "embed"] },
      ...{ firstTokenTimeoutMs: 1000, idleTimeoutMs: 1000, turnCharacters: 1000 },
    });
    const { app } = testApp(url, {}, { neighbours: neighboursOf(environment, model) });
    return (await app.inject({ url: "/healthz" })).json<{
      status: string;
      services: Record<string, string>;
    }>();
  }

  it("is ok where each service answers with what the agent needs of it", async () => {
    expect(await health()).to.deep.equal({
      status: "ok",
      services: { postgres: "ok", litellm: "ok", qdrant: "ok", searxng: "ok", phoenix: "ok" },
    });
  });

  for (const [what, service, change] of [
    ["the agent's model is none of LiteLLM's", "litellm", { models: ["embed"] }],
    ["the embedding model is none of LiteLLM's", "litellm", { models: ["planner"] }],
    ["the agent's key is none of Qdrant's", "qdrant", { qdrantKey: "another" }],
    ["SearXNG does not speak JSON", "searxng", { search: 403 }],
    ["SearXNG fails", "searxng", { search: 500 }],
    ["Phoenix is not ready", "phoenix", { phoenix: 503 }],
  ] as const) {
    it(`is degraded, and says by whom, where ${what}`, async () => {
      Object.assign(world, change);

      const { status, services } = await health();

      expect(status).to.equal("degraded");
      const others = Object.keys(services).filter((name) => services[name] !== "ok");
      expect(others).to.deep.equal([service]);
    });
  }

  it("takes a name with a * for all that it begins", async () => {
    world.models = ["plan*", "embed"];

    expect((await health()).services["litellm"]).to.equal("ok");
  });

  it("waits for no database that is silent", async function () {
    this.timeout(5000);
    const { app, conversations } = testApp("http://127.0.0.1:1/v1");
    conversations.ping = () => new Promise<never>(() => undefined);

    for (const path of ["/healthz", "/readyz"]) {
      expect((await app.inject({ url: path })).statusCode).to.equal(503);
    }
  });
});
