import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { postToAgent } from "../support/agent-calls.ts";
import { setInEnvFile } from "../support/env-file.ts";
import { spansOf, traceWith } from "../support/phoenix-spans.ts";
import { systemStack, upIsHealthy } from "../support/system-stack.ts";

async function traceOf(prompt: string): Promise<string> {
  const response = await postToAgent("/v1/agent", { prompt });
  expect(response.status).to.equal(200);
  const { metadata } = (await response.json()) as { metadata: { trace_id: string } };
  return metadata.trace_id;
}

describe("words that settings keep out of traces", () => {
  const hide = async (value: string) => {
    for (const name of ["OPENINFERENCE_HIDE_INPUTS", "OPENINFERENCE_HIDE_OUTPUTS"]) {
      setInEnvFile(systemStack().clone, name, value);
    }
    await upIsHealthy();
  };
  after(() => hide("false"));

  it("reach Phoenix in no service's spans, which tell of tokens all the same", async () => {
    const told = `heron${randomBytes(4).toString("hex")}`;
    const open = await traceOf(`Remember the word ${told}.`);
    expect(JSON.stringify(await traceWith(open, ["litellm_request"]))).to.include(told);
    await hide("true");

    const canary = `heron${randomBytes(4).toString("hex")}`;
    const hidden = await traceOf(`Remember the word ${canary}.`);
    await traceWith(hidden, ["agent.run", "chat planner", "memory.write"]);
    // Another run's spans come after whatever is still on its way of this one.
    await traceWith(await traceOf("Say hello."), ["agent.run", "memory.write", "litellm_request"]);
    const spans = await spansOf(hidden);

    expect(JSON.stringify(spans)).not.to.include(canary);
    const call = spans.find(
      ({ name, span_kind: kind }) => name === "litellm_request" && kind === "LLM",
    );
    expect(call?.attributes["llm.token_count.total"]).to.be.greaterThan(0);
  });
});
