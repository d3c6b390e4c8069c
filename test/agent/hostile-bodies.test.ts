import { expect } from "chai";
import { testApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const headers = { "content-type": "application/json", host: "localhost" };
const question = { model: "planner", messages: [{ role: "user", content: "x" }] };

describe("a hostile body", () => {
  let model: ScriptedModel;
  beforeEach(async () => {
    model = await scriptedModel({ text: "Well." }, { text: "Well." });
  });
  afterEach(() => model.close());
  const post = (url: string, payload: string) =>
    testApp(model.baseUrl).app.inject({ method: "POST", url, headers, payload });

  it("of 5 MiB is refused by its length", async () => {
    const long = JSON.stringify({ prompt: "x".repeat(5 * 1024 * 1024) });

    for (const url of ["/v1/agent", "/v1/chat/completions"]) {
      expect((await post(url, long)).statusCode).to.equal(413);
    }
    expect(model.received).to.deep.equal([]);
  });

  for (const [param, value] of [
    ["response_format", 5],
    ["response_format", { type: "json_schema" }],
    ["temperature", "warm"],
    ["max_tokens", 1.5],
    ["stop", [1]],
    ["logit_bias", { 5: "much" }],
    ["seed", {}],
    ["logprobs", "yes"],
    ["reasoning_effort", 3],
  ] as const) {
    it(`with ${param} of ${JSON.stringify(value)} is refused by name, and never reaches the model`, async () => {
      for (const [url, body] of [
        ["/v1/agent", { prompt: "x" }],
        ["/v1/chat/completions", question],
      ] as const) {
        const answer = await post(url, JSON.stringify({ ...body, [param]: value }));

        expect(answer.statusCode, url).to.equal(400);
        expect(answer.json<{ error: { param: string } }>().error.param).to.match(
          new RegExp(`^${param}`),
        );
      }
      expect(model.received).to.deep.equal([]);
    });
  }

  it("with a member that is nested 3,000 levels deep is refused, wherever it is", async () => {
    const deep = JSON.parse("[".repeat(3000) + "]".repeat(3000)) as unknown;
    const tools = [{ type: "function", function: { name: "f", parameters: { deep } } }];
    const content = [{ type: "text", text: "x", deep }];
    for (const extra of [
      { metadata: { deep } },
      { tools },
      { messages: [{ role: "user", content }] },
      { response_format: { type: "text", deep } },
    ]) {
      const answer = await post("/v1/chat/completions", JSON.stringify({ ...question, ...extra }));

      expect(answer.statusCode, Object.keys(extra)[0]).to.equal(400);
    }
    expect(model.received).to.deep.equal([]);
  });

  it("of JSON that is nested without end is answered like any other wrong one", async () => {
    const deep = (inner: string) => "[".repeat(200_000) + inner + "]".repeat(200_000);
    const bodies = [
      deep("1"),
      "[".repeat(200_000),
      `{"model":"planner","messages":${deep("1")}}`,
      `{"prompt":${deep("1")}}`,
    ];

    for (const url of ["/v1/agent", "/v1/chat/completions"]) {
      for (const body of bodies) {
        expect((await post(url, body)).statusCode, `${url} ${body.slice(0, 30)}`).to.equal(400);
      }
    }
    expect(model.received).to.deep.equal([]);
  });

  it("that would change a prototype is taken without that part", async () => {
    const tool = `{"name":"f","parameters":{"__proto__":{"polluted":1},"type":"object"}}`;
    const body = `{"model":"planner","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},
      "messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":${tool}}]}`;

    const answer = await post("/v1/chat/completions", body);

    expect(answer.statusCode).to.equal(200);
    expect(JSON.stringify(model.received))
      .to.include('"type":"object"')
      .and.not.to.include("polluted");
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it("that would steer the proxy is refused by name, and does not reach it", async () => {
    const steering = {
      api_base: "http://127.0.0.1:1",
      base_url: "http://127.0.0.1:1",
      api_key: "stolen",
      mock_response: "forged",
      fallbacks: ["other"],
      user_config: {},
      litellm_metadata: {},
    };

    for (const [url, body] of [
      ["/v1/agent", { prompt: "x" }],
      ["/v1/chat/completions", question],
      ["/v1/embeddings", { model: "embed", input: "x" }],
    ] as const) {
      for (const [param, value] of Object.entries(steering)) {
        const answer = await post(url, JSON.stringify({ ...body, [param]: value }));

        expect(answer.statusCode, `${url} ${param}`).to.equal(400);
        expect(answer.json<{ error: object }>().error).to.include({ param });
      }
    }
    expect(model.received).to.deep.equal([]);
  });
});
