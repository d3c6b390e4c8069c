import { expect } from "chai";
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
});
