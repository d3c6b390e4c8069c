import { expect } from "chai";
import { postToAgent } from "../support/agent-calls.ts";
import { setInEnvFile } from "../support/env-file.ts";
import { refusals, type Turn } from "../support/model-turn.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/provider.ts";
import { errorOf, resultOf, systemStack } from "../support/system-stack.ts";

const question = { role: "user", content: "What do you say?" };
const begun = { text: "Half of an answer that goes on" };
const chat = (more: object = {}) =>
  postToAgent("/v1/chat/completions", { model: "planner", messages: [question], ...more });

/** The text of a streamed completion's deltas, and its last event. */
function readStream(body: string): { text: string; last: string } {
  const events = body.split("\n\n").flatMap((each) => /^data: (.*)$/s.exec(each)?.[1] ?? []);
  const deltas = events.map((each) => {
    if (each === "[DONE]") return "";
    const { choices = [] } = JSON.parse(each) as { choices?: { delta: { content?: string } }[] };
    return choices[0]?.delta.content ?? "";
  });
  return { text: deltas.join(""), last: events.at(-1) ?? "" };
}

async function codeOf(response: Response): Promise<string | null> {
  return ((await response.json()) as { error: { code: string | null } }).error.code;
}

describe("a stack with a provider of models", () => {
  let provider: ScriptedProvider;
  const lastBody = () => provider.server.requests.at(-1)?.body ?? {};
  before(async () => {
    provider = await scriptedProvider();
  });
  after(async () => {
    await provider.remove();
    const health = await systemStack().stack("health", "--wait", "--timeout", "120");
    expect(health.exitCode, health.stdout).to.equal(0);
    const answered = await postToAgent("/v1/agent", { prompt: "Hello." });
    expect(answered.status, "the local model answers again").to.equal(200);
  });

  describe("and the local model behind it", () => {
    before(() => {
      provider.configure("local");
    });

    it("asks it under its key when up is to check it, and comes up healthy", async () => {
      provider.answer({ text: "Ready." });

      const up = await systemStack().stack("up", "--yes", "--json", "--check-litellm");

      expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
      expect(resultOf(up.stdout)["litellm"]).to.include({ text: "Ready." });
      const asked = provider.server.requests.find(({ path }) => path.endsWith("/completions"));
      expect(asked?.headers.authorization).to.equal(`Bearer ${provider.key}`);
      expect(asked?.body).to.include({ model: "scripted" });
      expect(up.stdout + up.stderr).not.to.include(provider.key);
    });

    it("answers with the provider's words, from both endpoints", async () => {
      provider.answer({ text: "Grüße from the script." });

      const agent = await postToAgent("/v1/agent", { prompt: question.content });
      const completion = await chat();

      const answered = (await agent.json()) as { response: string; metadata: object };
      expect(answered.response).to.equal("Grüße from the script.");
      expect(answered.metadata).to.include({ model: "openai/scripted", fallback: false });
      const completed = (await completion.json()) as { model: string };
      expect(completed.model).to.equal("openai/scripted");
      expect(completed).to.have.nested.property(
        "choices[0].message.content",
        "Grüße from the script.",
      );
    });

    it("answers with one word however often it is repeated", async () => {
      const words = "very ".repeat(200);
      provider.answer({ text: words, deltaCharacters: 5 });

      expect(readStream(await (await chat({ stream: true })).text()).text).to.equal(words);
    });

    it("streams them as they come", async () => {
      provider.answer({ text: "Grüße, one by one.", deltaCharacters: 1, cutsCharacters: true });

      const { text, last } = readStream(await (await chat({ stream: true })).text());

      expect(text).to.equal("Grüße, one by one.");
      expect(last).to.equal("[DONE]");
      expect(lastBody()).to.include({ stream: true });
    });

    it("runs the tools that it calls by itself, and gives it their results", async () => {
      const args = "{}";
      provider.answer({ calls: [{ name: "current_time", args, id: "call_a" }] }, { text: "Late." });

      const response = await postToAgent("/v1/agent", { prompt: "How late is it?" });

      const answered = (await response.json()) as {
        response: string;
        metadata: { tool_executions: object[] };
      };
      expect(answered.response).to.equal("Late.");
      expect(answered.metadata.tool_executions[0]).to.include({
        name: "current_time",
        status: "ok",
      });
      const sent = lastBody()["messages"] as { role: string; tool_call_id?: string }[];
      expect(sent.at(-1)).to.include({ role: "tool", tool_call_id: "call_a" });
      expect(JSON.stringify(lastBody()["tools"])).to.include("current_time");
    });

    it("leaves the client's own tools to the client, arguments and all", async () => {
      const args = '{"place": "Tromsø"}';
      provider.answer({ calls: [{ name: "get_weather", args }] });
      const tool = {
        type: "function",
        function: {
          name: "get_weather",
          parameters: { type: "object", properties: { place: { type: "string" } } },
        },
      };

      const response = await chat({ tools: [tool] });

      const body = (await response.json()) as {
        choices: { finish_reason: string; message: { tool_calls: { function: object }[] } }[];
      };
      expect(body.choices[0]?.finish_reason).to.equal("tool_calls");
      expect(body.choices[0]?.message.tool_calls[0]?.function).to.include({ arguments: args });
    });

    const failures: readonly [string, Turn][] = [
      ["has nothing left in its script", { status: 500, message: "no turn for this request" }],
      ["holds the caller back", refusals.rateLimit(1)],
      ["refuses the key", refusals.wrongKey],
    ];
    for (const [what, turn] of failures) {
      it(`answers from the local model when the provider ${what}`, async () => {
        await provider.isAsked();
        const before = provider.server.requests.length;
        provider.answer(turn);

        const response = await postToAgent("/v1/agent", { prompt: "Say hello." });

        const body = (await response.json()) as { response: string; metadata: object };
        expect(response.status, JSON.stringify(body)).to.equal(200);
        expect(body.response).to.have.length.greaterThan(0);
        expect(body.metadata).to.include({
          model: "openai/local",
          requested_model: "planner",
          fallback: true,
        });
        expect(provider.server.requests.length).to.be.greaterThan(before);
      });
    }

    it("says in status and why that the local model stood in", async () => {
      const { stack } = systemStack();
      const status = await stack("status");
      const why = await stack("why", "agent", "--tail", "200", "--json");

      expect(status.stdout).to.include("Answers come from openai/scripted; the small local model");
      expect(status.stdout).to.match(/the small local model has stood in for \d+ runs? since/);
      expect(JSON.stringify(resultOf(why.stdout)["causes"])).to.include("fallback-answers");
    });
  });

  describe("and nothing behind it", () => {
    before(async () => {
      provider.configure("none");
      setInEnvFile(systemStack().clone, "AGENT_FIRST_TOKEN_TIMEOUT_SECONDS", "10");
      provider.answer({ text: "Ready." });
      const up = await systemStack().stack("up", "--yes", "--json");
      expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    });
    beforeEach(async () => {
      await provider.isAsked();
      // The agent's own breaker begins again with an answer, too.
      const { status } = await postToAgent("/v1/agent", { prompt: "Ready?" });
      expect(status).to.equal(200);
    });

    it("hands on a rate limit with a time to come again", async () => {
      // LiteLLM waits as long, and asks once more.
      provider.answer(refusals.rateLimit(2));

      const response = await chat();

      expect(response.status).to.equal(429);
      expect(Number(response.headers.get("retry-after"))).to.be.greaterThan(0);
      expect(await codeOf(response)).to.equal("rate_limit_exceeded");
    });

    it("says the same each time that it refuses the key, and answers others as if nothing were", async () => {
      for (let time = 1; time <= 2; time += 1) {
        provider.answer(refusals.wrongKey);
        const refused = await chat();
        expect(refused.status, `time ${time}`).to.equal(502);
        expect(await codeOf(refused)).to.equal("provider_unauthorized");
        provider.answer({ text: "Ready." });
        expect((await chat()).status).to.equal(200);
      }
    });

    it("hands on that it has no model for a picture, in its own words", async () => {
      provider.answer({ status: 404, message: "No endpoints found that support image input" });

      const response = await chat();

      expect(response.status).to.equal(404);
      expect(await response.text()).to.include('"No endpoints found that support image input"');
    });

    it("answers 502 for its failure, streaming or not, without its inner words", async () => {
      provider.answer({ ...refusals.failure, message: "inner words" });

      for (const stream of [false, true]) {
        const response = await chat({ stream });
        const text = await response.text();
        expect(response.status).to.equal(502);
        expect(text).to.include('"upstream"').and.not.to.include("inner words");
      }
    });

    it("answers 400 for a context that is too long", async () => {
      provider.answer(refusals.tooLong);

      const response = await chat();

      expect(response.status).to.equal(400);
      expect(await codeOf(response)).to.equal("context_length_exceeded");
    });

    it("ends a stream that the provider cut with an error, after what had come", async () => {
      provider.answer({ ...begun, then: "cut" });

      const response = await chat({ stream: true });
      const { text, last } = readStream(await response.text());

      expect(response.status).to.equal(200);
      expect(text).to.match(/^Half/);
      expect(last).to.include("upstream_interrupted");
    });

    it("answers 502 for a cut answer to a client that watches nothing", async () => {
      provider.answer({ ...begun, then: "cut" });

      const response = await chat();

      expect(response.status).to.equal(502);
      expect(await codeOf(response)).to.equal("upstream_interrupted");
    });

    it("answers 504 for silence", async () => {
      provider.answer({ stall: true });

      const response = await chat();

      expect(response.status).to.equal(504);
      expect(await codeOf(response)).to.equal("upstream_timeout");
    });

    it("fails up's check in the provider's words when it refuses the key, which is shown nowhere", async () => {
      const message = `Incorrect API key provided: ${provider.key}. See your account.`;
      const refusal = { ...refusals.wrongKey, message };
      provider.answer(refusal);
      const asked = await chat();
      // LiteLLM leaves a provider alone for a while that refused its key.
      await provider.isAsked();
      provider.answer(refusal);

      const up = await systemStack().stack("up", "--yes", "--json", "--check-litellm");

      expect(up.exitCode).to.equal(1);
      const { details, remedy } = errorOf(up.stdout);
      expect(details.join("\n")).to.include("Incorrect API key provided");
      expect(remedy).to.include("PLANNER_API_KEY");
      expect(asked.status).to.equal(502);
      const shown = up.stdout + up.stderr + (await asked.text());
      expect(shown).not.to.include(provider.key);
    });
  });
});
