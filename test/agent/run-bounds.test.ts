import { once } from "node:events";
import { expect } from "chai";
import { runBounds } from "../../agent/runs/run-bounds.ts";
import { runGate } from "../../agent/runs/run-gate.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";
import { testApp } from "../support/test-app.ts";

const never = new AbortController().signal;
const headers = { host: "localhost", "content-type": "application/json" };

describe("the bounds of a run", () => {
  let model: ScriptedModel | undefined;
  afterEach(() => model?.close());

  it("answers 504 when a run's whole time is up", async () => {
    const bounds = runBounds(never, never, 20);

    await once(bounds.signal, "abort");

    expect(bounds.explain(new Error("aborted"))).to.include({ status: 504, code: "run_deadline" });
  });

  it("ends and records a run that the agent's stop cuts off", async () => {
    model = await scriptedModel({ stall: true });
    const stopping = new AbortController();
    const { app, conversations } = testApp(model.baseUrl, {}, { stopping: stopping.signal });
    const response = app
      .inject({ method: "POST", url: "/v1/agent", headers, payload: { prompt: "x" } })
      .then((answer) => answer);
    while (model.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    stopping.abort();

    expect((await response).statusCode).to.equal(503);
    expect(conversations.finished[0]).to.include({ status: "failed" });
  });

  it("lets nobody in while it drains", async () => {
    const gate = runGate({ perMinute: 10, atOnce: 10, perKey: 10, perPerson: 10 });
    gate.close();
    const { app } = testApp("http://127.0.0.1:1/v1", {}, { gate });

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers,
      payload: { prompt: "x" },
    });

    expect(response.statusCode).to.equal(503);
    expect(response.headers["retry-after"]).to.equal("5");
  });

  it("takes JSON only, which a page of another site can't send unasked", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1");

    const response = await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers: { ...headers, "content-type": "text/plain" },
      payload: '{"prompt":"x"}',
    });

    expect(response.statusCode).to.equal(415);
  });
});
