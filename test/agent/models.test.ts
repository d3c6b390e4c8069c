import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { litellmCatalogue } from "../../agent/adapters/litellm-catalogue.ts";
import { testApp } from "../support/test-app.ts";

const trustedKey = "key-of-open-webui";
const environment = {
  AGENT_MODEL_ALIASES: "gpt-4o=planner,text-embedding-3-small=embed",
  AGENT_CONTEXT_TOKENS: "100000",
  OPENWEBUI_AGENT_KEY: trustedKey,
};
/** As LiteLLM 1.108 writes it, of which most is left out here. */
const planner = {
  model_name: "planner",
  model_info: {
    max_input_tokens: 1_050_000,
    max_output_tokens: 128_000,
    supports_vision: true,
    supports_function_calling: true,
    supports_audio_input: null,
    supports_pdf_input: false,
  },
};
const local = {
  model_name: "planner",
  model_info: { max_input_tokens: 8192, supports_function_calling: true, supports_vision: null },
};

interface Model {
  readonly id: string;
  readonly [fact: string]: unknown;
}

describe("GET /v1/models", () => {
  let known: readonly object[] = [];
  let asked = 0;
  let litellm: Server;
  let baseUrl = "";
  before(async () => {
    litellm = createServer((request, response) => {
      asked += 1;
      const isKnown = request.url === "/v1/model/info" && known.length > 0;
      response.writeHead(isKnown ? 200 : 500).end(JSON.stringify({ data: known }));
    }).listen(0, "127.0.0.1");
    await once(litellm, "listening");
    baseUrl = `http://127.0.0.1:${(litellm.address() as AddressInfo).port}/v1`;
  });
  after(() => {
    litellm.close();
  });
  beforeEach(() => {
    known = [planner];
    asked = 0;
  });

  async function models(headers: Record<string, string> = {}): Promise<readonly Model[]> {
    const { app } = testApp(baseUrl, environment);
    const response = await app.inject({
      method: "GET",
      url: "/v1/models",
      headers: { host: "localhost", ...headers },
    });
    return response.json<{ data: readonly Model[] }>().data;
  }

  it("names the chats' model, its aliases and the embeddings' model", async () => {
    expect((await models()).map(({ id }) => id)).to.deep.equal([
      "planner",
      "gpt-4o",
      "text-embedding-3-small",
      "embed",
    ]);
  });

  it("offers Open WebUI only what can be chatted with", async () => {
    const found = await models({ authorization: `Bearer ${trustedKey}` });

    expect(found.map(({ id }) => id)).to.deep.equal(["planner", "gpt-4o"]);
  });

  it("tells the context by every name that clients read, no more than the agent itself sends", async () => {
    const [own, alias] = await models();

    for (const model of [own, alias]) {
      expect(model).to.include({
        context_length: 100_000,
        context_window: 100_000,
        max_model_len: 100_000,
        max_completion_tokens: 128_000,
      });
    }
  });

  it("tells of abilities only what is certain", async () => {
    const [own] = await models();

    expect(own?.["capabilities"]).to.deep.equal({ vision: true, function_calling: true });
    expect(own?.["architecture"]).to.deep.equal({
      input_modalities: ["text", "image"],
      output_modalities: ["text"],
    });
    expect(own?.["supported_parameters"]).to.include.members(["tools", "temperature", "top_k"]);
  });

  it("tells of a model with several deployments what holds for each", async () => {
    known = [planner, local];

    const [own] = await models();

    expect(own).to.include({ context_length: 8192 });
    expect(own).not.to.have.property("max_completion_tokens");
    expect(own?.["capabilities"]).to.deep.equal({ function_calling: true });
  });

  it("tells of embeddings that they are none to chat with", async () => {
    const embed = (await models()).at(-1);

    expect(embed?.["architecture"]).to.deep.equal({
      input_modalities: ["text"],
      output_modalities: ["embeddings"],
    });
    expect(embed?.["capabilities"]).to.deep.equal({ embeddings: true });
    expect(embed).not.to.have.property("context_length");
  });

  it("answers where LiteLLM knows nothing, with the agent's own bound", async () => {
    known = [];

    const [own] = await models();

    expect(own).to.include({ context_length: 100_000 });
    expect(own?.["capabilities"]).to.deep.equal({});
  });

  it("retrieves one, and asks LiteLLM once a minute at most", async () => {
    let now = 0;
    const catalogue = litellmCatalogue({ baseUrl, apiKey: "x" }, () => now);
    const { app } = testApp(baseUrl, environment, { catalogue });
    const get = (id: string) =>
      app.inject({ method: "GET", url: `/v1/models/${id}`, headers: { host: "localhost" } });

    expect((await get("gpt-4o")).json()).to.include({ id: "gpt-4o", context_length: 100_000 });
    expect((await get("embed")).statusCode).to.equal(200);
    expect(asked).to.equal(1);
    now = 60_000;
    await get("planner");
    expect(asked).to.equal(2);
    expect((await get("gpt-2")).statusCode).to.equal(404);
  });
});
