import { expect } from "chai";
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { litellmModel } from "../../agent/adapters/litellm-model.ts";
import { openEventStream } from "../../agent/http/event-stream.ts";
import { testApp } from "../support/test-app.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";

const question = { model: "planner", messages: [{ role: "user" as const, content: "x" }] };

describe("a slow reader", () => {
  let model: ScriptedModel | undefined;
  afterEach(async () => {
    await model?.close();
    model = undefined;
  });

  it("is not taken for a model that stalls", async () => {
    model = await scriptedModel({ text: "one two three" });
    const patient = litellmModel({
      baseUrl: model.baseUrl,
      apiKey: "k",
      firstTokenTimeoutMs: 2000,
      idleTimeoutMs: 50,
      turnCharacters: 400_000,
    });
    const context = { signal: new AbortController().signal, traceparent: "00-0-0-01" };
    let text = "";
    for await (const chunks of patient.stream(question, context)) {
      text += chunks.map(({ choices: [choice] }) => choice?.delta.content ?? "").join("");
      await delay(80);
    }

    expect(text).to.equal("one two three");
  });

  it("leaves no listener behind, however often it is waited for", async () => {
    const raw = Object.assign(new EventEmitter(), {
      destroyed: false,
      writeHead: () => undefined,
      write: () => false,
      end: () => undefined,
    });
    const reply = { raw, hijack: () => undefined, getHeaders: () => ({}) };
    const events = openEventStream(reply as unknown as Parameters<typeof openEventStream>[0], {
      keepAliveMs: 10_000,
      writeTimeoutMs: 10_000,
      signal: new AbortController().signal,
    });
    const before = raw.listenerCount("close");
    for (let sent = 0; sent < 20; sent++) {
      const sending = events.send([{ sent }]);
      raw.emit("drain");
      await sending;
    }
    void events.end();
    raw.emit("finish");

    expect(raw.listenerCount("close")).to.equal(before);
    expect(raw.listenerCount("drain")).to.equal(0);
  });
});

describe("a client's demands", () => {
  let model: ScriptedModel | undefined;
  afterEach(async () => {
    await model?.close();
    model = undefined;
  });

  it("for a call are met by the first one, and the model may answer then", async () => {
    model = await scriptedModel(
      { calls: [{ name: "current_time", args: "{}" }] },
      { text: "It is late." },
    );
    const { app } = testApp(model.baseUrl);
    const payload = { ...question, tool_choice: "required" };
    const headers = { host: "localhost" };
    const response = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      payload,
      headers,
    });

    expect(response.statusCode).to.equal(200);
    expect(model.received.map((body) => body["tool_choice"])).to.deep.equal(["required", "auto"]);
  });

  it("are refused where a function tool has no function", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1");
    const payload = { ...question, tools: [{ type: "function" }] };
    const headers = { host: "localhost" };
    const response = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      payload,
      headers,
    });

    expect(response.statusCode).to.equal(400);
    expect(response.json()).to.have.nested.property("error.param", "tools.0.function");
  });
});
