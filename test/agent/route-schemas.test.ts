import { expect } from "chai";
import { testApp } from "../support/test-app.ts";
import { scriptedModel } from "../support/scripted-model.ts";

const headers = { host: "localhost" };
const nowhere = "http://127.0.0.1:1/v1";

describe("a route's schemas", () => {
  it("leave an answer as it was made, with what they do not name, byte for byte", async () => {
    const head = { title: null, later: { added: 1 }, id: "not described as this" };
    const list = () => Promise.resolve({ data: [head as never], hasMore: false });
    const { app } = testApp(nowhere, {}, { archive: { list, open: () => expect.fail() } });

    const { body } = await app.inject({ url: "/v1/conversations", headers });

    expect(body).to.equal(
      `{"object":"list","data":[{"object":"conversation","title":null,"later":{"added":1},` +
        `"id":"not described as this"}],"first_id":"not described as this",` +
        `"last_id":"not described as this","has_more":false}`,
    );
  });

  it("leave a request's own fields in it", async () => {
    const model = await scriptedModel({ text: "Yes." });
    const { app, conversations } = testApp(model.baseUrl);
    const metadata = { tools: [], tool_calls: [], own: { deep: [null] } };

    const payload = { prompt: "Well?", metadata, unknown: 1 };
    const response = await app.inject({ method: "POST", url: "/v1/agent", headers, payload });
    await model.close();

    expect(response.statusCode).to.equal(200);
    expect(conversations.begun[0]?.metadata).to.deep.equal(metadata);
  });

  it("are looked at when the key is known: a wrong request without one is 401", async () => {
    const { app } = testApp(nowhere, { AGENT_API_KEYS: "secret" });

    for (const url of ["/v1/conversations?limit=x", "/v1/conversations/x?limit=x"]) {
      const { statusCode } = await app.inject({ url, headers });
      expect(statusCode, url).to.equal(401);
    }
  });

  it("find no conversation where the id can't be one, whatever else is wrong", async () => {
    const { app } = testApp(nowhere);

    const response = await app.inject({ url: "/v1/conversations/x?limit=x", headers });

    expect(response.statusCode).to.equal(404);
    expect(response.json()).to.deep.equal({
      error: {
        message: "There is no conversation x.",
        type: "invalid_request_error",
        param: null,
        code: "conversation_not_found",
      },
    });
  });

  it("name the first thing that is wrong, in OpenAI's words", async () => {
    const { app } = testApp(nowhere);
    const messages = [
      { role: "user", content: "Well?", tool_calls: [{ id: 1, type: "function" }] },
    ];

    const payload = { model: "planner", messages };
    const url = "/v1/chat/completions";
    const response = await app.inject({ method: "POST", url, headers, payload });

    expect(response.statusCode).to.equal(400);
    const param = "messages.0.tool_calls.0.id";
    const message = `'${param}' is wrong: Invalid input: expected string, received number.`;
    expect(response.json()).to.deep.equal({
      error: { message, type: "invalid_request_error", param, code: null },
    });
  });
});
