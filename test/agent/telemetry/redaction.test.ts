import { expect } from "chai";
import { redact } from "../../../agent/telemetry/redaction.ts";
import { testApp } from "../../support/test-app.ts";
import { recordSpans, redactionFor } from "../../support/recorded-spans.ts";
import { scriptedModel } from "../../support/scripted-model.ts";

const attributes = {
  "openinference.span.kind": "LLM",
  "llm.model_name": "planner",
  "input.value": "secret question",
  "output.value": "secret answer",
  metadata: '{"about":"secret"}',
  "tool.parameters": '{"query":"secret"}',
  "retrieval.documents.0.document.content": "secret memory",
  "embedding.embeddings.0.embedding.text": "secret question",
  "llm.tools.0.tool.json_schema": "{}",
  "llm.invocation_parameters": '{"stop":"secret"}',
  "llm.input_messages.0.message.role": "user",
  "llm.input_messages.0.message.content": "secret question",
  "llm.input_messages.1.message.role": "assistant",
  "llm.input_messages.1.message.content": "secret earlier answer",
  "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": "secret",
  "llm.input_messages.2.message.contents.0.message_content.image.image.url": "data:,secret",
  "llm.output_messages.0.message.role": "assistant",
  "llm.input_messages.1.message.contents.0.message_content.type": "reasoning",
  "llm.input_messages.1.message.contents.0.message_content.text": "secret thought of an answer",
  "llm.output_messages.0.message.content": "secret answer",
  "llm.output_messages.0.message.contents.0.message_content.text": "secret thought of an answer",
};

const shown = (environment: Record<string, string>) =>
  redact(attributes, redactionFor(environment));

describe("redaction", () => {
  it("keeps everything unless it is told otherwise", () => {
    expect(shown({})).to.deep.equal(attributes);
  });

  it("leaves no word of an input behind, wherever it went", () => {
    const left = shown({ OPENINFERENCE_HIDE_INPUTS: "true" });

    expect(left).to.deep.include({
      "input.value": "__REDACTED__",
      "output.value": "secret answer",
    });
    const own = { "output.value": "", [answer]: "", [thought]: "" };
    expect(JSON.stringify({ ...left, ...own })).not.to.include("secret");
  });

  it("leaves no word of an output behind, even where it is the next turn's input", () => {
    const left = shown({ OPENINFERENCE_HIDE_OUTPUTS: "true" });

    expect(left["llm.input_messages.0.message.content"]).to.equal("secret question");
    expect(JSON.stringify(left)).not.to.include("answer").and.not.to.include("memory");
    expect(left["tool.parameters"]).to.equal("__REDACTED__");
  });

  it("may hide the words of messages and keep their order and roles", () => {
    const left = shown({
      OPENINFERENCE_HIDE_INPUT_TEXT: "1",
      OPENINFERENCE_HIDE_OUTPUT_TEXT: "1",
      OPENINFERENCE_HIDE_INPUT_IMAGES: "1",
    });

    expect(left).to.include({
      "llm.input_messages.0.message.role": "user",
      "llm.input_messages.0.message.content": "__REDACTED__",
      "llm.output_messages.0.message.content": "__REDACTED__",
    });
    expect(JSON.stringify(left)).not.to.include("secret");
  });

  it("cuts out images that are too long, and what else it is asked to", () => {
    const left = shown({
      OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "5",
      OPENINFERENCE_HIDE_LLM_TOOLS: "true",
      OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS: "true",
      OPENINFERENCE_HIDE_EMBEDDINGS_TEXT: "true",
    });

    expect(left).not.to.have.property("llm.tools.0.tool.json_schema");
    expect(JSON.stringify(left)).not.to.include("data:").and.not.to.include("stop");
    expect(left["embedding.embeddings.0.embedding.text"]).to.equal("__REDACTED__");
  });

  it("covers a whole run, its failure and its words in an error", async () => {
    const recording = recordSpans({
      OPENINFERENCE_HIDE_INPUTS: "true",
      OPENINFERENCE_HIDE_OUTPUTS: "true",
    });
    const model = await scriptedModel(
      {
        opening: [
          { reasoning_content: "a secret thought" },
          { thinking_blocks: [{ type: "thinking", thinking: "a secret thought" }] },
        ],
        calls: [
          {
            name: "current_time",
            args: '{"time_zone":"secret/zone"}',
            more: { extra_content: { secret: 1 } },
          },
        ],
      },
      { status: 400, message: "secret prompt refused" },
    );
    const { app } = testApp(model.baseUrl, {}, { tracing: recording.tracing });

    await app.inject({
      method: "POST",
      url: "/v1/agent",
      headers: { host: "localhost" },
      payload: { prompt: "secret", metadata: { source: "secret", tools: ["current_time"] } },
    });

    const told = recording.spans.map(({ attributes: has, status, events }) => {
      return { has, status, events };
    });
    expect(recording.spans).to.have.length(4);
    expect(JSON.stringify(told)).not.to.include("secret");
    await model.close();
  });
});

const answer = "llm.output_messages.0.message.content";
const thought = "llm.output_messages.0.message.contents.0.message_content.text";
