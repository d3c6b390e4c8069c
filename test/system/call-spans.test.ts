import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { configWithSettings } from "../../infra/services/litellm/config-with-settings.ts";
import {
  configForModelServer,
  type ScratchLitellm,
  startScratchLitellm,
} from "../bench/scratch-litellm.ts";
import { eventually } from "../support/eventually.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import { refusals, scriptedUsage, type Turn } from "../support/model-turn.ts";
import {
  type CollectedSpan,
  type OtlpCollector,
  otlpCollector,
} from "../support/otlp-collector.ts";
import { settingsWith } from "../support/settings.ts";

const spansModule = readFileSync(
  join(import.meta.dirname, "../../infra/services/litellm/phoenix_spans.py"),
  "utf8",
);
const ours = "litellm_settings: { callbacks: [arize_phoenix, otel] }\n";
const usage = {
  "llm.token_count.prompt": scriptedUsage.prompt_tokens,
  "llm.token_count.completion": scriptedUsage.completion_tokens,
  "llm.token_count.total": scriptedUsage.total_tokens,
};

describe("a call of LiteLLM, by the stack's own image and its spans' module", () => {
  let upstream: ModelServer;
  let collector: OtlpCollector;
  let litellm: ScratchLitellm;
  let turn: Turn = { text: "Well." };

  const start = async (environment: Readonly<Record<string, string>> = {}) => {
    const url = upstream.url.replace("127.0.0.1", "host.docker.internal");
    const config = configForModelServer(url);
    const embed = `  - { model_name: embed, litellm_params: { model: openai/e5, api_base: "${url}", api_key: none } }\n`;
    litellm = await startScratchLitellm({
      files: {
        "config.yaml": configWithSettings(`${config}${embed}${ours}`, settingsWith()),
        "phoenix_spans.py": spansModule,
      },
      environment: {
        PHOENIX_COLLECTOR_HTTP_ENDPOINT: `${collector.url}/v1/traces`,
        PHOENIX_PROJECT_NAME: "scratch",
        OTEL_EXPORTER: "console",
        OTEL_BSP_SCHEDULE_DELAY: "200",
        ...environment,
      },
    });
  };
  before(async () => {
    upstream = await startModelServer({ turns: () => turn });
    collector = await otlpCollector();
    await start();
  });
  beforeEach(() => {
    turn = { text: "Well." };
  });
  after(async () => {
    litellm.remove();
    await upstream.close();
    await collector.close();
  });

  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${litellm.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const chat = async (headers: Readonly<Record<string, string>>, more: object = {}) => {
    const messages = [{ role: "user", content: "What do you say?" }];
    const response = await post(
      "/v1/chat/completions",
      { model: "planner", messages, ...more },
      headers,
    );
    await response.text();
  };
  /** Those of one trace, after as long as anything of it can be on its way. */
  const spansOf = async (traceId: string): Promise<readonly CollectedSpan[]> => {
    const found = () => collector.spans.filter((span) => span.traceId === traceId);
    await eventually(() => found().length > 0, "the call's span came");
    const last = newTrace();
    await chat(last.headers);
    await eventually(
      () => collector.spans.some((span) => span.traceId === last.traceId),
      "the next one's",
    );
    return found();
  };
  const newTrace = () => {
    const traceId = randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-01` } };
  };

  for (const stream of [false, true]) {
    it(`is one span below its caller's, with its tokens${stream ? ", streamed" : ""}`, async () => {
      const { traceId, spanId, headers } = newTrace();

      await chat(headers, { stream, ...(stream && { stream_options: { include_usage: true } }) });

      const [span, ...others] = await spansOf(traceId);
      expect(others).to.deep.equal([]);
      expect(span?.parentId).to.equal(spanId);
      expect(span?.resource).to.include({ "openinference.project.name": "scratch" });
      expect(span?.attributes).to.include({
        "openinference.span.kind": "LLM",
        "llm.model_name": "planner",
        "llm.provider": "openai",
        "llm.input_messages.0.message.content": "What do you say?",
        "llm.output_messages.0.message.content": "Well.",
        ...usage,
      });
    });
  }

  it("is of the session and the user that its caller's baggage names", async () => {
    const { traceId, headers } = newTrace();

    await chat(
      { ...headers, baggage: "session.id=a-session,user.id=key-1%2Fm%C3%A9%20%2B" },
      { user: "another" },
    );

    const [span] = await spansOf(traceId);
    expect(span?.attributes).to.include({ "session.id": "a-session", "user.id": "key-1/mé +" });
    expect(JSON.stringify(upstream.requests.at(-1))).not.to.include("a-session");
  });

  it("is of those whom a caller names in LiteLLM's own ways, or in Open WebUI's", async () => {
    const [first, second, third] = [newTrace(), newTrace(), newTrace()];

    await chat({ ...first.headers, "x-litellm-session-id": "session-12345" }, { user: "someone" });
    await chat({ ...second.headers, "x-openwebui-user-id": "a-reader" });
    await chat(third.headers, { user: "someone" });

    const attributesOf = async (traceId: string) => (await spansOf(traceId))[0]?.attributes ?? {};
    expect(await attributesOf(first.traceId)).to.include({
      "session.id": "session-12345",
      "user.id": "someone",
    });
    expect(await attributesOf(second.traceId)).to.include({ "user.id": "a-reader" });
    expect(await attributesOf(third.traceId)).not.to.have.property("session.id");
  });

  it("starts a trace where its caller has none", async () => {
    const before = collector.spans.length;

    await chat({});

    await eventually(() => collector.spans.length > before, "the call's span came");
    expect(collector.spans[before]).to.include({ parentId: "", name: "litellm_request" });
  });

  it("for embeddings is one span, too", async () => {
    const { traceId, headers } = newTrace();

    await post("/v1/embeddings", { model: "embed", input: ["one", "two"] }, headers);

    const spans = await spansOf(traceId);
    expect(spans.map(({ attributes }) => attributes["openinference.span.kind"])).to.deep.equal([
      "EMBEDDING",
    ]);
    expect(spans[0]?.attributes["llm.token_count.prompt"]).to.be.greaterThan(0);
  });

  it("that fails is told of with what the provider said", async () => {
    const { traceId, headers } = newTrace();
    turn = { ...refusals.tooLong, message: "The swan is too long." };

    await chat({ ...headers, baggage: "session.id=s,user.id=u" });
    turn = { text: "Well." };

    const spans = await spansOf(traceId);
    expect(spans.length).to.be.greaterThan(0);
    for (const span of spans)
      expect(span.attributes).to.include({ "session.id": "s", "user.id": "u" });
    expect(JSON.stringify(spans)).to.include("The swan is too long.");
  });

  it("tells of tokens and no word where words are hidden", async () => {
    litellm.remove();
    await start({ HIDE_WORDS_IN_SPANS: "true" });
    const [good, bad] = [newTrace(), newTrace()];
    const tools = [{ type: "function", function: { name: "find_swan", parameters: {} } }];
    turn = { text: "The swan sings.", calls: [{ name: "find_swan", args: "{}" }] };

    await chat(good.headers, {
      messages: [{ role: "user", content: "A swan?" }],
      tools,
      user: "u",
    });
    turn = { ...refusals.tooLong, message: "The swan is too long." };
    await chat(bad.headers, { messages: [{ role: "user", content: "A swan?" }] });
    turn = { text: "Well." };

    const [told] = await spansOf(good.traceId);
    expect(told?.attributes).to.deep.include({
      ...usage,
      "user.id": "u",
      "llm.model_name": "planner",
    });
    expect((await spansOf(bad.traceId))[0]?.attributes["exception.type"]).to.include("Error");
    expect(JSON.stringify(collector.spans)).not.to.match(/swan sings|A swan|find_swan/);
    expect(JSON.stringify(await spansOf(bad.traceId))).not.to.include("swan");
  });
});
