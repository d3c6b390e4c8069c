import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { fileChanges } from "../support/file-changes.ts";
import { withChangedFile } from "../support/with-changed-file.ts";
import { setInEnvFile } from "../support/env-file.ts";
import { freePorts } from "../support/free-ports.ts";
import { serviceNames } from "../support/service-names.ts";
import { docker, resultOf, systemStack, upIsHealthy } from "../support/system-stack.ts";

/** Containers by service; a service that the stack does not have is absent. */
function ids(): Map<string, string> {
  const format = '{{.Label "agent-stack.service"}} {{.ID}}';
  const rows = docker(
    "ps",
    "--all",
    "--no-trunc",
    "--filter",
    `name=^/${systemStack().project}-test-`,
    "--format",
    format,
  );
  return new Map(rows.split("\n").map((row) => row.split(" ") as [string, string]));
}

/** What `preview` says would change, `up` applied, and which containers are other ones after it. */
async function previewThenUp(): Promise<{ previewed: string[]; replaced: string[]; text: string }> {
  const { stack } = systemStack();
  const before = ids();
  const preview = await stack("preview", "--json");
  const changes = resultOf(preview.stdout)["changes"] as { subject: string; action: string }[];
  const up = await stack("up", "--yes", "--json", "--verify");
  expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
  const now = ids();
  return {
    previewed: changes.map(({ action, subject }) => `${action} ${subject}`),
    replaced: serviceNames.filter((name) => now.get(name) !== before.get(name)),
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
      "replace agent image",
      "replace agent",
      "replace memory schema",
    ]);
    expect(replaced).to.deep.equal(["agent"]);
  });

  it("of a port moves that service there and no other", async () => {
    const { clone, stack, url } = systemStack();
    const old = new URL(url("qdrant")).port;
    const moved = String((await freePorts(1))[0]);
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

  it("of a value in the environment replaces the services that read it", async () => {
    const { clone } = systemStack();
    setInEnvFile(clone, "LOG_LEVEL", "debug");
    const { previewed, replaced, text } = await previewThenUp();
    setInEnvFile(clone, "LOG_LEVEL", "info");

    expect(previewed).to.have.members(["replace agent", "replace memory schema"]);
    expect(replaced).to.deep.equal(["agent"]);
    expect(text).to.include("LOG_LEVEL info -> debug");
    await upIsHealthy();
  });

  it("of a memory limit says from what to what", async () => {
    await withChangedFile(fileChanges.moreMemory, async () => {
      const { replaced, text } = await previewThenUp();

      expect(text).to.match(/memory.*512.*640/);
      expect(replaced).to.deep.equal([]);
      const limit = docker(
        "inspect",
        "-f",
        "{{.HostConfig.Memory}}",
        systemStack().containerId("searxng"),
      );
      expect(limit).to.equal(String(640 * 1024 ** 2));
    });
    await upIsHealthy();
  });

  it("of an image's recipe rebuilds it and replaces its service alone", async () => {
    const labelled = {
      file: "infra/services/qdrant/Dockerfile",
      change: (text: string) => `${text}\nLABEL changed=by-a-test\n`,
    };
    await withChangedFile(labelled, async () => {
      const { previewed, replaced } = await previewThenUp();

      expect(previewed).to.have.members(["replace qdrant image", "replace qdrant"]);
      expect(replaced).to.deep.equal(["qdrant"]);
    });
    await upIsHealthy();
  });

  it("that takes a service out removes it, and one that brings it back creates it", async () => {
    const { clone } = systemStack();
    const provider = {
      PLANNER_MODEL: "openai/elsewhere",
      PLANNER_API_BASE: "http://host.docker.internal:9/v1",
      FALLBACK_MODEL: "none",
    };
    for (const [name, value] of Object.entries(provider)) setInEnvFile(clone, name, value);
    const out = await previewThenUp().finally(() => {
      for (const name of Object.keys(provider)) setInEnvFile(clone, name, "");
    });
    const back = await previewThenUp();

    expect(out.previewed).to.include.members(["remove model", "replace litellm"]);
    expect(out.replaced).to.include.members(["model", "litellm"]);
    expect(back.previewed).to.include.members(["create model", "replace litellm"]);
    expect(ids().get("model")).to.match(/^[0-9a-f]{64}$/);
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
