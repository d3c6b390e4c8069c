import { expect } from "chai";
import { loggedError } from "../../agent/errors/logged-error.ts";
import { agentLogger } from "../../agent/startup/agent-logger.ts";
import { ApiError } from "../../agent/errors/api-error.ts";
import { testApp } from "../support/test-app.ts";
import { scriptedModel } from "../support/scripted-model.ts";

describe("the log", () => {
  it("tells of an error what it was and where, in no words but ours", () => {
    const inner = Object.assign(new Error('refused "my secret prompt"'), {
      code: "22P02",
      detail: "my secret prompt",
    });
    const told = JSON.stringify(
      loggedError(new ApiError(502, "The model failed.", { cause: inner })),
    );

    expect(told).to.include("The model failed.").and.to.include("22P02");
    expect(told).to.include("logged-error.test.ts");
    expect(told).not.to.include("secret");
  });

  it("holds neither prompts nor keys when the model fails, and names the trace", async () => {
    const model = await scriptedModel({ status: 500, message: "can't do: my secret prompt" });
    let log = "";
    const logger = agentLogger("info", { write: (line) => (log += line) });
    const { app } = testApp(model.baseUrl, {}, { logger });

    await app.inject({
      method: "POST",
      url: "/v1/agent?q=secret",
      headers: { host: "localhost", authorization: "Bearer a-secret-key" },
      payload: { prompt: "my secret prompt" },
    });

    const lines = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ msg, statusCode }) => msg ?? statusCode)).to.deep.equal([
      "The model server failed.",
      502,
    ]);
    for (const line of lines) {
      expect(line["trace_id"]).to.match(/^[0-9a-f]{32}$/);
      expect(line["span_id"]).to.match(/^[0-9a-f]{16}$/);
    }
    expect(log).not.to.include("secret");
    await model.close();
  });
});
