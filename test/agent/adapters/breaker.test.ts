import { expect } from "chai";
import { breaker } from "../../../agent/adapters/breaker.ts";
import { guardedModel, isModelsOwnAnswer } from "../../../agent/adapters/guarded.ts";
import { litellmModel } from "../../../agent/adapters/litellm-model.ts";
import { testApp } from "../../support/test-app.ts";
import { scriptedModel } from "../../support/scripted-model.ts";

const settings = { service: "Qdrant", failures: 2, openMs: 1000 };
const fail = () => Promise.reject(new Error("down"));
const succeed = () => Promise.resolve("fine");
const messageOf = (call: Promise<unknown>) =>
  call.then(
    () => "fine",
    (error: unknown) => (error as Error).message,
  );

describe("a breaker", () => {
  it("opens after failures in a row, and lets one call through when its time is over", async () => {
    let now = 0;
    const guard = breaker({ ...settings, now: () => now });
    const asked: string[] = [];
    const call = async (action: () => Promise<string>) =>
      asked.push(await messageOf(guard.run(action)));

    await call(fail);
    await call(succeed);
    await call(fail);
    await call(fail);
    await call(succeed);
    now = 1000;
    await call(fail);
    await call(succeed);
    now = 2000;
    await call(succeed);
    await call(succeed);

    const open = "Qdrant fails; not asked just now.";
    expect(asked).to.deep.equal([
      ...["down", "fine", "down", "down"],
      open,
      "down",
      open,
      ...["fine", "fine"],
    ]);
  });

  it("does not open for what is harmless", async () => {
    const guard = breaker({ ...settings, isHarmless: () => true });
    for (let count = 0; count < 5; count++) await messageOf(guard.run(fail));

    expect(await guard.run(succeed)).to.equal("fine");
  });
});

describe("the model behind its breaker", () => {
  it("answers 503 at once after a row of failures, and its refusals don't count", async () => {
    const model = await scriptedModel({ status: 503 }, { status: 429 }, { status: 503 });
    const server = { baseUrl: model.baseUrl, apiKey: "k" };
    const timeouts = { firstTokenTimeoutMs: 1000, idleTimeoutMs: 1000, turnCharacters: 400_000 };
    const guard = breaker({ ...settings, isHarmless: isModelsOwnAnswer });
    const guarded = guardedModel(litellmModel({ ...server, ...timeouts }), guard);
    const { app } = testApp(model.baseUrl, {}, { model: guarded });
    const ask = () =>
      app.inject({
        method: "POST",
        url: "/v1/agent",
        headers: { host: "localhost" },
        payload: { prompt: "x" },
      });

    const answers = [await ask(), await ask(), await ask(), await ask()];

    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([502, 429, 502, 503]);
    expect(answers[3]?.headers["retry-after"]).to.equal("15");
    expect(model.received).to.have.length(3);
    await model.close();
  });

  it("stays open to everybody where one caller's request makes the server fail by itself", async () => {
    const model = await scriptedModel(...Array.from({ length: 6 }, () => ({ status: 500 })), {
      text: "Fine.",
    });
    const timeouts = { firstTokenTimeoutMs: 1000, idleTimeoutMs: 1000, turnCharacters: 400_000 };
    const server = litellmModel({ baseUrl: model.baseUrl, apiKey: "k", ...timeouts });
    const guard = breaker({ ...settings, isHarmless: isModelsOwnAnswer });
    const { app } = testApp(model.baseUrl, {}, { model: guardedModel(server, guard) });
    const ask = async () => {
      const headers = { host: "localhost" };
      const answer = await app.inject({
        ...{ method: "POST", url: "/v1/agent", headers },
        payload: { prompt: "x" },
      });
      return answer.statusCode;
    };

    for (let count = 0; count < 6; count++) expect(await ask()).to.equal(502);

    expect(await ask()).to.equal(200);
    await model.close();
  });
});
