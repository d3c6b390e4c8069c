import { expect } from "chai";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { docker, resultOf, systemStack } from "../support/system-stack.ts";

async function upRepairs(service: string, words: RegExp): Promise<void> {
  const { stack, containerId } = systemStack();
  const preview = await stack("preview");
  const up = await stack("up", "--yes", "--json");
  const health = await stack("health", service);

  expect(preview.stdout).to.match(words);
  expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
  expect(resultOf(up.stdout)["outcome"]).to.equal("updated");
  expect(health.exitCode, health.stdout).to.equal(0);
  expect(containerId(service)).to.match(/^[0-9a-f]{64}$/);
}

describe("what was changed by hand is right again after up", () => {
  it("when a container was removed", async () => {
    docker("rm", "--force", systemStack().containerId("embeddings"));

    await upRepairs("embeddings", /create embeddings: missing/);
  });

  it("when a container was stopped, its published port included", async () => {
    docker("stop", systemStack().containerId("qdrant"));

    await upRepairs("qdrant", /replace qdrant: stopped/);
    const answer = await fetch(`${systemStack().url("qdrant")}/readyz`);

    expect(answer.status).to.equal(200);
  });

  it("when a container was made unhealthy", async () => {
    const id = systemStack().containerId("model");
    // Its server sleeps and its check goes unanswered, until Docker gives it up.
    docker("exec", id, "bash", "-c", "kill -STOP -1 || true");
    const deadline = Date.now() + 90_000;
    while (docker("inspect", "--format", "{{.State.Health.Status}}", id) !== "unhealthy") {
      if (Date.now() > deadline) expect.fail("the model never turned unhealthy");
      await delay(500);
    }

    await upRepairs("model", /replace model: unhealthy/);
  });

  it("when the state and its passphrase are lost, with the data kept", async () => {
    const { clone, stack, url } = systemStack();
    const asked = await fetch(`${url("agent")}/v1/agent`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "Remember what was said before the loss." }),
    });
    const { conversation_id: id } = (await asked.json()) as { conversation_id: string };
    renameSync(join(clone, ".stack/state"), join(clone, ".stack/state.lost"));
    rmSync(join(clone, ".stack/passphrase"));

    const up = await stack("up", "--yes", "--json", "--verify");
    const kept = await fetch(`${url("agent")}/v1/conversations/${id}`);

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(await kept.text()).to.include("Remember what was said before the loss.");
  });
});
