import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { answeringModels, describeAnswers } from "../../../cli/agent/describe-answers.ts";
import { fallbackRuns, runsIn } from "../../../cli/agent/fallback-runs.ts";
import { desiredWith } from "../../support/desired.ts";

const appliedWith = (overrides: Readonly<Record<string, string>>) =>
  answeringModels(desiredWith(overrides).record.services["litellm"]);
const key = { OPENROUTER_API_KEY: "or-key-123456789" };

describe("status on the models", () => {
  it("says what was applied: a model, and what stands in for it", () => {
    const said = (overrides: Readonly<Record<string, string>>) => {
      const models = appliedWith(overrides);
      return models && describeAnswers(models, undefined);
    };

    expect(said({})).to.deep.equal(["Answers come from the small local model."]);
    expect(said(key)).to.deep.equal([
      "Answers come from openrouter/openai/gpt-6-luna; the small local model when it fails.",
    ]);
    expect(said({ ...key, FALLBACK_MODEL: "none" })).to.deep.equal([
      "Answers come from openrouter/openai/gpt-6-luna; an error when it fails.",
    ]);
    expect(answeringModels(undefined)).to.equal(undefined);
  });

  it("says that a fallback has answered, and where to look", () => {
    const models = { model: "openrouter/x/y", fallback: "openai/local" };

    expect(describeAnswers(models, { "openai/local": 3 })[1]).to.equal(
      "the small local model has stood in for 3 runs since the agent started: ./stack why litellm",
    );
    expect(describeAnswers(models, {})).to.have.length(1);
  });
});

describe("the runs of a fallback", () => {
  const metrics = [
    "# TYPE agent_fallback_runs_total counter",
    'agent_fallback_runs_total{model="openai/local"} 3',
    'agent_runs_total{status="completed",stop_reason="final"} 9',
  ].join("\n");
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function agentThatWants(wanted: string | undefined): Promise<string> {
    server = createServer((request, response) => {
      const isLetIn = wanted === undefined || request.headers.authorization === `Bearer ${wanted}`;
      response.writeHead(isLetIn ? 200 : 401).end(isLetIn ? metrics : "");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("are read from the agent's metrics, under a key only where it asks for one", async () => {
    let asked = 0;
    const theKey = () => {
      asked += 1;
      return Promise.resolve("a-key");
    };

    expect(await fallbackRuns(await agentThatWants(undefined), theKey)).to.deep.equal({
      "openai/local": 3,
    });
    expect(asked).to.equal(0);
    server?.close();
    expect(await fallbackRuns(await agentThatWants("a-key"), theKey)).to.deep.equal({
      "openai/local": 3,
    });
  });

  it("are unknown where the agent does not answer", async () => {
    const away = "http://127.0.0.1:1";

    expect(await fallbackRuns(away, () => Promise.resolve(undefined))).to.equal(undefined);
    expect(runsIn("")).to.deep.equal({});
  });
});
