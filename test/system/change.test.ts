import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { setInEnvFile } from "../support/env-file.ts";
import { serviceNames } from "../support/service-names.ts";
import { resultOf, systemStack } from "../support/system-stack.ts";

/** What `preview` says would change, `up` applied, and which containers are other ones after it. */
async function previewThenUp(): Promise<{ previewed: string[]; replaced: string[]; text: string }> {
  const { stack, containerId } = systemStack();
  const before = new Map(serviceNames.map((name) => [name, containerId(name)]));
  const preview = await stack("preview", "--json");
  const changes = resultOf(preview.stdout)["changes"] as { subject: string; action: string }[];
  const up = await stack("up", "--yes", "--json", "--verify");
  expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
  return {
    previewed: changes.map(({ action, subject }) => `${action} ${subject}`),
    replaced: serviceNames.filter((name) => containerId(name) !== before.get(name)),
    text: preview.stdout,
  };
}

describe("a change", () => {
  it("of LiteLLM's configuration replaces litellm alone, as the preview said", async () => {
    const path = join(systemStack().clone, "infra/services/litellm/config.yaml");
    const original = readFileSync(path, "utf8");
    writeFileSync(path, original.replace("num_retries: 1", "num_retries: 2"));

    const { previewed, replaced, text } = await previewThenUp();
    writeFileSync(path, original);

    expect(previewed).to.deep.equal(["replace litellm"]);
    expect(replaced).to.deep.equal(["litellm"]);
    expect(text).to.include("/etc/litellm/config.yaml edited");
  });

  it("of the agent's source rebuilds and replaces the agent alone", async () => {
    const { clone, stack } = systemStack();
    await stack("up", "--yes");
    appendFileSync(join(clone, "agent/main.ts"), "\n// changed by a test\n");

    const { previewed, replaced } = await previewThenUp();

    expect(previewed).to.have.members([
      "replace image agent",
      "replace agent",
      "replace memory schema",
    ]);
    expect(replaced).to.deep.equal(["agent"]);
  });

  it("of a port moves that service there and no other", async () => {
    const { clone, stack, url } = systemStack();
    const old = new URL(url("qdrant")).port;
    const moved = String(Number(old) + 1);
    setInEnvFile(clone, "QDRANT_PORT", moved);

    const { replaced, text } = await previewThenUp();
    const answer = await fetch(`http://127.0.0.1:${moved}/readyz`);

    expect(replaced).to.deep.equal(["qdrant"]);
    expect(text).to.include(`port ${old} -> ${moved}`);
    expect(answer.status).to.equal(200);
    setInEnvFile(clone, "QDRANT_PORT", old);
    const back = await stack("up", "--yes");
    expect(back.exitCode, back.stderr).to.equal(0);
  });

  it("of a secret is named and never shown", async () => {
    const { clone, stack } = systemStack();
    setInEnvFile(clone, "AGENT_API_KEYS", "first-key-of-a-caller");
    const preview = await stack("preview");
    setInEnvFile(clone, "AGENT_API_KEYS", "");

    expect(preview.stdout).to.include("AGENT_API_KEYS added");
    expect(preview.stdout).not.to.include("first-key-of-a-caller");
  });
});
