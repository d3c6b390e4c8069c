import { expect } from "chai";
import { litellmModel } from "../../agent/adapters/litellm-model.ts";
import { postgresConversations } from "../../agent/adapters/postgres-conversations.ts";
import { type ScratchLitellm, startScratchLitellm } from "../bench/scratch-litellm.ts";
import { type InProcessPostgres, startInProcessPostgres } from "../support/in-process-postgres.ts";
import {
  finalAnswer,
  type ReasoningUpstreams,
  startReasoningUpstreams,
} from "../support/reasoning-upstreams.ts";
import { testApp, type TestApp } from "../support/test-app.ts";

const headers = { host: "localhost" };

/** By the name that the agent has for it: how LiteLLM reaches it, and where it answers. */
const models = {
  deepseek: { model: "deepseek/deepseek-v4-pro", base: "/deepseek" },
  "deepseek-by-openai": { model: "openai/deepseek-v4-pro", base: "/deepseek" },
  claude: {
    model: "anthropic/claude-sonnet-4-5",
    base: "/anthropic",
    more: "thinking: { type: enabled, budget_tokens: 1024 }",
  },
  gpt: { model: "openai/responses/gpt-5.4", base: "/openai", more: "reasoning_effort: medium" },
} as const satisfies Readonly<Record<string, UpstreamModel>>;

interface UpstreamModel {
  readonly model: string;
  readonly base: string;
  readonly more?: string;
}

const names = Object.keys(models) as (keyof typeof models)[];

function configFor(url: string): string {
  const entries = names.map((name) => {
    const { model, base, more = "" }: UpstreamModel = models[name];
    const parameters = `model: ${model}, api_base: "${url}${base}", api_key: none, ${more}`;
    return `  - { model_name: ${name}, litellm_params: { ${parameters} } }`;
  });
  const settings = "litellm_settings: { drop_params: true, modify_params: true }";
  return ["model_list:", ...entries, settings, "router_settings: { num_retries: 0 }", ""].join(
    "\n",
  );
}

/** The agent behind the real LiteLLM, before providers that refuse what has lost its reasoning. */
describe("a reasoning model's tool loop", function () {
  // LiteLLM takes its time to start.
  this.timeout(300_000);
  let upstreams: ReasoningUpstreams;
  let litellm: ScratchLitellm;
  let postgres: InProcessPostgres;
  before(async () => {
    upstreams = await startReasoningUpstreams();
    litellm = await startScratchLitellm({ files: { "config.yaml": configFor(upstreams.url) } });
    postgres = await startInProcessPostgres();
  });
  after(async () => {
    litellm.remove();
    await upstreams.close();
    await postgres.close();
  });

  /** An agent that has nothing in its own memory: what it knows of earlier turns is in Postgres. */
  const agentFor = (name: string): TestApp =>
    testApp(
      `${litellm.url}/v1`,
      { AGENT_MODEL_ALIASES: names.join(",").replaceAll(/[\w-]+/g, "$&=$&"), AGENT_MODEL: name },
      {
        conversations: postgresConversations(postgres.pool),
        model: litellmModel({
          baseUrl: `${litellm.url}/v1`,
          apiKey: "none",
          // Its first answer takes LiteLLM seconds.
          firstTokenTimeoutMs: 60_000,
          idleTimeoutMs: 10_000,
          turnCharacters: 100_000,
        }),
      },
    );
  const post = ({ app }: TestApp, url: string, payload: object) =>
    app.inject({ method: "POST", url, headers, payload });
  const refusalsDuring = async (action: () => Promise<void>) => {
    const before = upstreams.refusals.length;
    await action();
    return upstreams.refusals.slice(before);
  };

  for (const name of names) {
    describe(`with ${name}`, () => {
      it("passes three rounds, and goes on from the store", async () => {
        const refusals = await refusalsDuring(async () => {
          const first = await post(agentFor(name), "/v1/agent", { prompt: "How late is it?" });
          const answer = first.json<Answer>();
          expect(answer.response, first.body).to.equal(finalAnswer);
          expect(answer.metadata.tool_executions).to.have.length(3);
          expect(answer.reasoning).to.match(/^Thought number \d+, in pieces\.$/);

          const { conversation_id } = answer;
          const again = { prompt: "And now?", conversation_id };
          const second = await post(agentFor(name), "/v1/agent", again);
          expect(second.json<Answer>().response, second.body).to.equal(finalAnswer);
          expect(second.json<Answer>().metadata.tool_executions).to.have.length(3);
        });
        expect(refusals).to.deep.equal([]);
      });

      it("passes them streamed, and shows what the model thinks", async () => {
        const question = { role: "user", content: "How late is it?" };
        const payload = { model: name, messages: [question], stream: true };

        const refusals = await refusalsDuring(async () => {
          const { body } = await post(agentFor(name), "/v1/chat/completions", payload);
          const deltas = body
            .split("\n\n")
            .filter((line) => line.startsWith("data: {"))
            .flatMap((line) => (JSON.parse(line.slice(6)) as Chunk).choices)
            .map(({ delta }) => delta);
          expect(deltas.map(({ content }) => content ?? "").join(""), body).to.equal(finalAnswer);
          const thought = deltas.map(({ reasoning_content: words }) => words ?? "").join("");
          expect(thought.match(/Thought number \d+, in pieces\./g)).to.have.length(4);
        });
        expect(refusals).to.deep.equal([]);
      });

      it("passes them where the client runs the tool, and sends back no more than OpenAI's API has", async () => {
        const tool = {
          type: "function",
          function: { name: "current_time", parameters: { type: "object" } },
        };
        const messages: object[] = [{ role: "user", content: "How late is it?" }];
        let said: Message | undefined;

        const refusals = await refusalsDuring(async () => {
          for (let turn = 0; turn < 4; turn++) {
            const payload = { model: name, messages, tools: [tool] };
            const response = await post(agentFor(name), "/v1/chat/completions", payload);
            said = response.json<{ choices?: { message: Message }[] }>().choices?.[0]?.message;
            expect(said, response.body).not.to.equal(undefined);
            const calls = said?.tool_calls ?? [];
            messages.push(
              {
                role: "assistant",
                content: said?.content,
                ...(calls.length > 0 && { tool_calls: calls }),
              },
              ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "noon" })),
            );
          }
        });
        expect(said?.content).to.equal(finalAnswer);
        expect(refusals).to.deep.equal([]);
      });
    });
  }
});

interface Answer {
  readonly response: string;
  readonly reasoning?: string;
  readonly conversation_id: string;
  readonly metadata: { readonly tool_executions: readonly object[] };
}

interface Chunk {
  readonly choices: readonly {
    readonly delta: { readonly content?: string; readonly reasoning_content?: string };
  }[];
}

interface Message {
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string }[];
}
