import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { postToAgent } from "../support/agent-calls.ts";
import { serviceNames } from "../support/service-names.ts";
import { docker, errorOf, resultOf, systemStack } from "../support/system-stack.ts";

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
    // Its server sleeps and its checks go unanswered, until Docker gives it up. The probe has to go on.
    const stopServer =
      "for folder in /proc/[0-9]*; do read -r name <$folder/comm; " +
      "[[ $name == python* ]] && kill -STOP ${folder#/proc/}; done; true";
    docker("exec", id, "bash", "-c", stopServer);
    const deadline = Date.now() + 90_000;
    while (docker("inspect", "--format", "{{.State.Health.Status}}", id) !== "unhealthy") {
      if (Date.now() > deadline) expect.fail("the model never turned unhealthy");
      await delay(500);
    }

    await upRepairs("model", /replace model: unhealthy/);
  });

  it("when what a file became in a container ends it, only after up has looked at it", async () => {
    const { clone, containerId, stack } = systemStack();
    const path = join(clone, ".stack/bad-config.yaml");
    writeFileSync(path, "model_list: [{ model_name: planner, litellm_params: 7 }]\n");
    const id = containerId("litellm");
    docker("cp", path, `${id}:/etc/litellm/config.yaml`);
    docker("restart", id);

    const up = await stack("up", "--yes", "--json");

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(containerId("litellm")).not.to.equal(id);
  });

  describe("when its network was taken away", function () {
    this.timeout(600_000);

    it("removed while every container was stopped", async () => {
      const { network, containers } = networkOfStack();
      docker("stop", ...containers);
      docker("network", "rm", network);

      await allIsConnectedAgain();
    });

    it("removed after the containers, which go on, were disconnected from it", async () => {
      const { network, containers } = networkOfStack();
      for (const id of containers) docker("network", "disconnect", "--force", network, id);
      docker("network", "rm", network);

      await allIsConnectedAgain();
    });

    it("from one container alone, which calls itself healthy all the same", async () => {
      const { network } = networkOfStack();
      const id = systemStack().containerId("searxng");
      docker("network", "disconnect", network, id);
      const others = startsOf(["postgres", "qdrant", "agent"]);

      await upRepairs("searxng", /replace searxng: not on the stack's network/);

      await allIsConnectedAgain();
      expect(startsOf(["postgres", "qdrant", "agent"])).to.deep.equal(others);
    });

    it("and made again by hand under the same name, once that one is removed as up says", async () => {
      const { network, containers } = networkOfStack();
      docker("stop", ...containers);
      docker("network", "rm", network);
      docker("network", "create", network);

      const refused = await systemStack().stack("up", "--yes", "--json");
      const { message, remedy } = errorOf(refused.stdout);
      docker("network", "rm", network);
      await allIsConnectedAgain();

      expect(message).to.equal(`A network called ${network} exists and is not this clone's.`);
      expect(remedy).to.match(new RegExp(`: docker network rm ${network}$`));
    });
  });
});

/** The stack's one network, and the containers on it. */
function networkOfStack(): { network: string; containers: string[] } {
  const network = `${systemStack().project}-test`;
  return { network, containers: serviceNames.map((name) => systemStack().containerId(name)) };
}

function startsOf(services: readonly string[]): string[] {
  return services.map((name) =>
    docker("inspect", "--format", "{{.State.StartedAt}}", systemStack().containerId(name)),
  );
}

async function allIsConnectedAgain(): Promise<void> {
  const up = await systemStack().stack("up", "--yes", "--json", "--verify");
  expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
  const health = await systemStack().stack("health");
  expect(health.exitCode, health.stdout).to.equal(0);
  // Through LiteLLM, the agent, its stores and the model: whoever is not connected is found out.
  const answer = await postToAgent("/v1/agent", { prompt: "Say one word." });
  expect(answer.status, await answer.clone().text()).to.equal(200);
}
