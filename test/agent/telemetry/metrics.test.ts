import { expect } from "chai";
import { testApp } from "../../support/test-app.ts";
import { scriptedModel } from "../../support/scripted-model.ts";

describe("GET /metrics", () => {
  it("counts requests, turns, tools, tokens and runs, for Prometheus", async () => {
    const model = await scriptedModel(
      { calls: [{ name: "current_time", args: "{}" }] },
      { text: "It is 2026." },
    );
    const { app } = testApp(model.baseUrl);
    const headers = { host: "localhost" };
    const payload = { prompt: "x", metadata: { tools: ["current_time"] } };
    await app.inject({ method: "POST", url: "/v1/agent", headers, payload });

    const response = await app.inject({ method: "GET", url: "/metrics", headers });

    expect(response.headers["content-type"]).to.match(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'agent_http_request_duration_seconds_count{route="/v1/agent",status="200"} 1',
      'agent_llm_turn_duration_seconds_count{model="planner"} 2',
      'agent_tool_duration_seconds_count{tool="current_time",status="ok"} 1',
      'agent_tokens_total{model="planner",kind="prompt"} 6',
      'agent_tokens_total{model="planner",kind="completion"} 4',
      'agent_runs_total{status="completed",stop_reason="final"} 1',
      "agent_runs_in_flight 0",
      "agent_memory_outbox_depth 7",
    ]) {
      expect(response.body.split("\n")).to.include(line);
    }
    await model.close();
  });

  it("wants a key where there are any", async () => {
    const { app } = testApp("http://127.0.0.1:1/v1", { AGENT_API_KEYS: "k" });
    const get = (headers: Record<string, string>) =>
      app.inject({ method: "GET", url: "/metrics", headers });

    expect((await get({})).statusCode).to.equal(401);
    expect((await get({ authorization: "Bearer k" })).statusCode).to.equal(200);
  });
});
