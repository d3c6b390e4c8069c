import { expect } from "chai";
import { messageRows } from "../../../agent/adapters/rows.ts";
import { redact } from "../../../agent/telemetry/redaction.ts";
import { redactionOf } from "../../../agent/startup/agent-settings.ts";
import { holdAttachment, releaseAttachment } from "../../../agent/attachments/held-attachments.ts";
import { parseAgentEnvironment } from "../../../agent/contract/parse-environment.ts";
import { scriptedModel, type ScriptedModel } from "../../support/scripted-model.ts";
import { testApp } from "../../support/test-app.ts";

const headers = { host: "localhost", "content-type": "application/json" };
const pictureOf = (bytes: number) => `data:image/png;base64,${"QUJD".repeat(bytes / 4)}`;
const asking = (...urls: readonly string[]) => ({
  role: "user" as const,
  content: [
    { type: "text" as const, text: "What is it?" },
    ...urls.map((url) => ({ type: "image_url" as const, image_url: { url } })),
  ],
});

describe("a large picture", () => {
  let model: ScriptedModel;
  afterEach(() => model.close());
  const post = (agent: ReturnType<typeof testApp>, payload: object, more = {}) =>
    agent.app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { ...headers, ...more },
      payload: { model: "planner", ...payload },
    });

  it("reaches the model as it was sent, in each turn of a run", async () => {
    model = await scriptedModel(
      { calls: [{ name: "current_time", args: "{}" }] },
      { text: "A cat." },
    );
    const message = asking(pictureOf(400_000), "https://example.org/x.png", pictureOf(8));

    const response = await post(testApp(model.baseUrl), { messages: [message] });

    expect(response.statusCode).to.equal(200);
    expect(model.received).to.have.length(2);
    for (const { messages } of model.received) {
      expect((messages as object[])[0]).to.deep.equal(message);
    }
  });

  it("is not sent back", async () => {
    model = await scriptedModel({ text: "A cat." });

    const response = await post(testApp(model.baseUrl), {
      messages: [asking(pictureOf(400_000), pictureOf(8))],
    });

    const { messages } = response.json<{ messages: { content: object[] }[] }>();
    expect(messages[0]?.content).to.deep.equal([
      { type: "text", text: "What is it?" },
      { type: "text", text: "[image/png of 0.3 MB, not kept]" },
      { type: "image_url", image_url: { url: pictureOf(8) } },
    ]);
  });

  it("may have been sent before under an Idempotency-Key, whose answer is given again", async () => {
    model = await scriptedModel({ text: "A cat." });
    const agent = testApp(model.baseUrl);
    const key = { "idempotency-key": "once" };
    const payload = { messages: [asking(pictureOf(400_000))] };

    const first = await post(agent, payload, key);
    const again = await post(agent, payload, key);
    const other = await post(agent, { messages: [asking(pictureOf(400_004))] }, key);

    expect(again.json<{ id: string }>().id).to.equal(first.json<{ id: string }>().id);
    expect(other.statusCode).to.equal(422);
  });

  it("can't be had by its name", async () => {
    model = await scriptedModel({ text: "A cat." }, { text: "Nothing." });
    const agent = testApp(model.baseUrl);
    const attachment = holdAttachment(Buffer.from(pictureOf(400_000)), "image/png");
    releaseAttachment(attachment);

    await post(agent, { messages: [asking(attachment.name)] });

    const [message] = model.received[0]?.["messages"] as { content: object[] }[];
    expect(message?.content[1]).to.deep.equal({
      type: "text",
      text: "[image/png of 0.3 MB, not kept]",
    });
  });

  it("is kept while all of a request's are small together, else noted", async () => {
    model = await scriptedModel();
    const held = [3, 2, 1].map((mebibytes) =>
      holdAttachment(Buffer.from(pictureOf(mebibytes * 1024 * 1024)), "image/png"),
    );

    const [row] = messageRows([asking(...held.map(({ name }) => name))], undefined);

    const [, three, two, one] = row?.["content"] as Record<string, unknown>[];
    expect(three).to.deep.equal({ type: "image_url", image_url: { url: held[0]?.url.toString() } });
    expect(two).to.deep.equal({ type: "text", text: "[image/png of 1.6 MB, not kept]" });
    expect(one).to.have.property("type", "text");
    for (const each of held) releaseAttachment(each);
  });

  it("is in no trace", async () => {
    model = await scriptedModel();
    const { name } = holdAttachment(Buffer.from(pictureOf(400_000)), "image/png");
    const at = "llm.input_messages.0.message.contents.0.message_content.image.image.url";
    const rules = redactionOf(
      parseAgentEnvironment({
        DATABASE_URL: "postgresql://x@y/z",
        LITELLM_BASE_URL: "http://x",
        LITELLM_API_KEY: "x",
        QDRANT_URL: "http://x",
      }),
    );

    expect(redact({ [at]: name }, rules)).to.deep.equal({ [at]: "__REDACTED__" });
  });

  it("may be large, but words may not, and not everybody's at once", async () => {
    model = await scriptedModel({ text: "A cat." }, { text: "Well." });
    const agent = testApp(model.baseUrl, { AGENT_BODY_TEXT_BYTES: "100000" });
    const words = { messages: [{ role: "user", content: "x".repeat(100_000) }] };

    const picture = await post(agent, { messages: [asking(pictureOf(400_000))] });
    const long = await post(agent, words);

    expect(picture.statusCode).to.equal(200);
    expect(long.statusCode).to.equal(413);
    expect(long.json<{ error: object }>().error).to.include({ code: "body_too_large" });

    const crowded = testApp(model.baseUrl, {
      AGENT_TOTAL_BODY_BYTES: "300000",
      AGENT_BODY_LIMIT_BYTES: "300000",
      AGENT_BODY_TEXT_BYTES: "80000",
    });
    const some = { messages: [{ role: "user", content: "x".repeat(76_000) }] };
    const [first, second] = await Promise.all([post(crowded, some), post(crowded, some)]);
    expect([first.statusCode, second.statusCode].sort()).to.deep.equal([200, 429]);
  });
});
