import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Explanation } from "../../cli/diagnosis/explain-service.ts";
import { postToAgent } from "../support/agent-calls.ts";
import { fileChanges } from "../support/file-changes.ts";
import { withChangedFile } from "../support/with-changed-file.ts";
import { eventually } from "../support/eventually.ts";
import { refusals } from "../support/model-turn.ts";
import { scriptedProvider } from "../support/provider.ts";
import { docker, errorOf, resultOf, systemStack, upIsHealthy } from "../support/system-stack.ts";

/** What `why` says as data; `words` are options of it. */
async function why(service: string, ...words: string[]): Promise<Explanation> {
  const { exitCode, stdout, stderr } = await systemStack().stack(
    "why",
    service,
    "--json",
    ...words,
  );
  expect(exitCode, stdout + stderr).to.equal(0);
  return resultOf(stdout) as unknown as Explanation;
}

/** Waits until `why` names one of `ids` among its causes, and gives that cause. */
async function causeOf(service: string, ids: readonly string[], patienceMs = 120_000) {
  let found: Explanation["causes"][number] | undefined;
  const isNamed = async () => {
    const { causes } = await why(service, "--tail", "100");
    found = causes.find(({ id }) => ids.includes(id));
    return found !== undefined;
  };
  try {
    await eventually(isNamed, `why ${service} names ${ids.join(" or ")}`, patienceMs);
  } catch (error) {
    const { symptoms } = await why(service, "--tail", "20");
    throw new Error(JSON.stringify(symptoms), { cause: error });
  }
  return found;
}

/** Docker's own refusals are what these tests are about. */
function tryDocker(...words: string[]): void {
  try {
    docker(...words);
  } catch {
    // `why` has to say it.
  }
}

describe("why", () => {
  after(upIsHealthy);

  it("says that a healthy service is, and names no cause", async () => {
    const said = await systemStack().stack("why", "postgres");
    const { condition, causes, dependencies, symptoms } = await why("postgres");

    expect(said.exitCode).to.equal(0);
    expect(said.stdout).to.match(/^✓ postgres is healthy\./);
    expect(condition).to.equal("healthy");
    expect(causes).to.deep.equal([]);
    expect(dependencies).to.deep.equal([]);
    expect(symptoms?.healthLog.at(-1)?.exitCode).to.equal(0);
  });

  it("says what a service can't use, and how to ask about that", async () => {
    docker("stop", systemStack().containerId("qdrant"));
    try {
      const agent = await systemStack().stack("why", "agent");
      const { dependencies } = await why("agent");
      const stopped = await causeOf("qdrant", ["stopped"], 10_000);

      expect(agent.stdout).to.include("qdrant: ./stack --stack test why qdrant");
      const qdrant = dependencies.find(({ service }) => service === "qdrant");
      expect(qdrant).to.deep.include({ healthy: false, neededBy: ["agent"] });
      expect(qdrant?.condition).to.match(/^exited/);
      expect(stopped?.remedy).to.include("./stack --stack test up");
    } finally {
      docker("start", systemStack().containerId("qdrant"));
    }
    const { exitCode } = await systemStack().stack("health", "qdrant", "--wait", "--timeout", "60");
    expect(exitCode).to.equal(0);
  });

  it("names the port that somebody else took, and the setting that moves the service", async () => {
    const { containerId, url } = systemStack();
    const id = containerId("qdrant");
    const { port } = new URL(url("qdrant"));
    const image = docker("inspect", "--format", "{{.Image}}", id);
    docker("stop", id);
    const published = `127.0.0.1:${port}:9`;
    const thief = docker("run", "--detach", "--rm", "--publish", published, image, "sleep", "600");
    try {
      tryDocker("start", id);

      const cause = await causeOf("qdrant", ["port-taken"], 10_000);

      expect(cause?.cause).to.include(`port ${port}`);
      expect(cause?.remedy).to.include("QDRANT_PORT");
    } finally {
      docker("rm", "--force", thief);
      docker("start", id);
    }
  });

  it("names a memory limit that is too low", async () => {
    const id = systemStack().containerId("model");
    docker("stop", id);
    // Only while it is stopped can a limit go below what the service needs.
    docker("update", "--memory", "32m", "--memory-swap", "32m", id);
    docker("start", id);

    const cause = await causeOf("model", ["out-of-memory", "killed"]);

    expect(cause?.remedy).to.include("memoryMegabytes in infra/services/model/service.ts");
    await upIsHealthy();
  });

  it("names a configuration that LiteLLM can't read", async () => {
    const { clone, containerId } = systemStack();
    const path = join(clone, ".stack/bad-config.yaml");
    writeFileSync(path, "model_list: [{ model_name: planner, litellm_params: 7 }]\n");
    docker("cp", path, `${containerId("litellm")}:/etc/litellm/config.yaml`);
    docker("restart", containerId("litellm"));

    const cause = await causeOf("litellm", ["bad-configuration"]);

    expect(cause?.remedy)
      .to.include("infra/services/litellm")
      .and.to.include("./stack --stack test up");
    await upIsHealthy();
  });

  it("names a provider that refuses the key, though LiteLLM itself is healthy", async () => {
    const provider = await scriptedProvider();
    try {
      provider.configure("none");
      await upIsHealthy();
      provider.answer(refusals.wrongKey);
      const refused = await postToAgent("/v1/agent", { prompt: "Say one word." });
      expect(refused.status).to.equal(502);

      const cause = await causeOf("litellm", ["bad-provider-key"], 20_000);
      const explanation = await why("litellm", "--tail", "100");

      expect(cause?.cause).to.include("refuses the key");
      expect(cause?.remedy).to.include("PLANNER_API_KEY");
      expect(explanation.condition).to.equal("healthy");
      expect(JSON.stringify(explanation)).not.to.include(provider.key);
    } finally {
      await provider.remove();
    }
  });

  it("names a tool that the health check calls and the image lacks, after up has given it up", async () => {
    await withChangedFile(fileChanges.missingTool, async () => {
      const up = await systemStack().stack("up", "--yes", "--json");
      const { condition, keptAt, causes } = await why("embeddings");

      expect(up.exitCode, up.stdout).to.equal(1);
      expect(errorOf(up.stdout).remedy).to.include("health check of infra/services/embeddings");
      expect(condition).to.equal("missing");
      expect(keptAt).to.be.a("string");
      expect(causes[0]?.id).to.equal("probe-tool-missing");
      expect(causes[0]?.cause).to.include("calls no-such-tool");
    });
  });

  it("names an image that ends at once, with its exit code", async () => {
    const endsAtOnce = {
      file: "infra/services/embeddings/Dockerfile",
      change: (text: string) => `${text}CMD ["sh", "-c", "echo the cause of it; exit 3"]\n`,
    };
    await withChangedFile(endsAtOnce, async () => {
      const up = await systemStack().stack("up", "--yes", "--json");
      const { causes, symptoms } = await why("embeddings");

      expect(up.exitCode, up.stdout).to.equal(1);
      expect(errorOf(up.stdout).message).to.match(/^embeddings (keeps exiting|turned unhealthy)/);
      expect(causes[0]).to.include({
        id: "ends-at-once",
        cause: "It ends by itself after each start (exit code 3).",
      });
      expect(causes[0]?.remedy).to.include("./stack --stack test logs embeddings");
      expect(symptoms?.lastLines).to.include("the cause of it");
    });
  });

  it("knows the stack's services, and says which there are", async () => {
    const unknown = await systemStack().stack("why", "postgers");

    expect(unknown.exitCode).to.equal(64);
    expect(unknown.stderr).to.include("postgres");
  });
});
