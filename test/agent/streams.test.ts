import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { ApiError } from "../../agent/errors/api-error.ts";
import type { Model, SearchService } from "../../agent/ports/ports.ts";
import { testApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const question = { model: "planner", messages: [{ role: "user", content: "x" }] };
const searching = { calls: [{ name: "web_search", args: '{"query": "qdrant"}' }] };
const pages = [
  { title: "Qdrant", url: "https://qdrant.example", snippet: "a database" },
  { title: "Docs", url: "https://docs.example", snippet: "its manual" },
];
const found: SearchService = { search: () => Promise.resolve(pages) };
const citations = pages.map(({ title, url }) => ({
  type: "url_citation",
  url_citation: { title, url, start_index: 0, end_index: 0 },
}));

describe("a stream", () => {
  let model: ScriptedModel | undefined;
  afterEach(async () => {
    await model?.close();
    model = undefined;
  });
  const stream = ({ app }: ReturnType<typeof testApp>, payload: object = question) =>
    app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { host: "localhost" },
      payload: { ...payload, stream: true },
    });
  const chunks = (body: string) =>
    body
      .split("\n\n")
      .filter((line) => line.startsWith("data: {"))
      .map(
        (line) =>
          JSON.parse(line.slice(6)) as {
            choices?: { delta: Record<string, unknown> }[];
            event?: { data: object };
            error?: object;
          },
      );

  it("says that it is alive while the first token is waited for", async () => {
    const agent = testApp(
      "http://127.0.0.1:1/v1",
      {},
      { model: slow(400), settings: { keepAliveMs: 20 } },
    );

    const { body, statusCode } = await stream(agent);

    expect(statusCode).to.equal(200);
    expect(body.split(": keep-alive").length - 1).to.be.at.least(2);
    expect(body.indexOf('"role":"assistant"')).to.be.lessThan(body.indexOf(": keep-alive"));
    expect(body)
      .to.include("at last")
      .and.to.match(/\[DONE\]\n\n$/);
  });

  it("says so while a tool runs", async () => {
    model = await scriptedModel(searching, { text: "Found." });
    const search: SearchService = { search: () => delay(400, pages) };
    const agent = testApp(model.baseUrl, {}, { search, settings: { keepAliveMs: 20 } });

    const { body } = await stream(agent);

    const [started, finished] = ["Running web_search", "Finished web_search"].map((text) =>
      body.indexOf(text),
    );
    expect(body.slice(started, finished).split(": keep-alive").length - 1).to.be.at.least(2);
  });

  it("ends with an error where the model fails after it has begun to wait", async () => {
    const failing = slow(100, new ApiError(504, "Too late.", { code: "upstream_timeout" }));
    const agent = testApp(
      "http://127.0.0.1:1/v1",
      {},
      { model: failing, settings: { keepAliveMs: 20 } },
    );

    const { body, statusCode } = await stream(agent);

    expect(statusCode).to.equal(200);
    expect(chunks(body).at(-1)?.error).to.include({ code: "upstream_timeout" });
    expect(body).not.to.include("[DONE]");
  });

  it("tells what its tools do, and which pages they found, each once", async () => {
    model = await scriptedModel(searching, searching, { text: "Found." });
    const agent = testApp(model.baseUrl, {}, { search: found });

    const { body } = await stream(agent);

    const events = chunks(body).flatMap(({ event }) => (event ? [event] : []));
    expect(events.slice(0, 2)).to.deep.equal([
      { type: "status", data: { description: "Running web_search", done: false } },
      { type: "status", data: { description: "Finished web_search", done: true } },
    ]);
    const annotations = chunks(body).flatMap(
      ({ choices }) => choices?.[0]?.delta["annotations"] ?? [],
    );
    expect(annotations).to.deep.equal(citations);
    expect(body).not.to.include("tool_calls");
  });

  it("has nothing that the whole answer lacks", async () => {
    model = await scriptedModel(searching, { text: "Found." });
    const { app } = testApp(model.baseUrl, {}, { search: found });

    const response = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { host: "localhost" },
      payload: question,
    });

    const { choices } = response.json<{ choices: { message: object }[] }>();
    expect(choices[0]?.message).to.deep.include({ content: "Found.", annotations: citations });
  });
});

/** A model that thinks for so long, then answers or fails. */
function slow(ms: number, failure?: Error): Model {
  return {
    ping: () => Promise.resolve(),
    async *stream() {
      await delay(ms);
      if (failure) throw failure;
      const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" } as const;
      const delta = { content: "at last" };
      yield [{ ...base, choices: [{ index: 0, delta, finish_reason: "stop" }] }];
    },
  };
}
