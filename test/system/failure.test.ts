import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { fileChanges } from "../support/file-changes.ts";
import { withChangedFile } from "../support/with-changed-file.ts";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { startStack } from "../support/started-stack.ts";
import { errorOf, jsonLines, runStack, systemStack, upIsHealthy } from "../support/system-stack.ts";

describe("a service that can't become healthy", () => {
  it("fails up with its cause on the screen, keeps the evidence, and fails again until fixed", async function () {
    // LiteLLM must fail four times, and that twice; each time it takes a while to begin.
    this.timeout(10 * 60_000);
    const { clone, stack } = systemStack();
    await withChangedFile(fileChanges.missingModule, async () => {
      const first = await stack("up", "--yes", "--json");
      const second = await stack("up", "--yes", "--json");

      for (const { exitCode, stdout } of [first, second]) {
        expect(exitCode, stdout).to.equal(1);
        const { message, remedy, details } = errorOf(stdout);
        expect(message).to.match(/^litellm (keeps exiting|exited|turned unhealthy)/);
        expect(details.join("\n")).to.include("litellm | ").and.to.include("needed by: agent");
        expect(remedy)
          .to.include("Correct the configuration in infra/services/litellm")
          .and.to.include("./stack --stack test up again");
      }
    });
    expect(readdirSync(join(clone, ".stack/failures")).join(" ")).to.include("litellm.json");
    await upIsHealthy();
  });

  it("is given up within 5 s of Docker's verdict", async () => {
    const { clone } = systemStack();
    await withChangedFile(fileChanges.missingPage, async () => {
      const up = startStack(clone, ["up", "--yes"]);
      const failed = await up.event(
        ({ subject, status }) => subject === "embeddings" && status === "failed",
      );
      const verdictAt = Date.parse(String(failed["time"]));
      const { exitCode, stdout } = await up.ended;
      const error = jsonLines(stdout).find(({ type }) => type === "error");

      expect(exitCode).to.equal(1);
      expect(errorOf(stdout).message).to.equal("embeddings turned unhealthy.");
      expect(errorOf(stdout).details.join("\n")).to.include("health check: exit 1");
      expect(Date.parse(String(error?.["time"])) - verdictAt).to.be.lessThan(5000);
    });
    await upIsHealthy();
  });
});

describe("one clear error with its remedy", () => {
  it("for a wrong value in .env, before anything is changed", async () => {
    const { clone, stack } = systemStack();
    const original = readFromEnvFile(clone, "AGENT_PORT");
    setInEnvFile(clone, "AGENT_PORT", "eighty");
    const up = await stack("up", "--yes");
    setInEnvFile(clone, "AGENT_PORT", original);

    expect(up.exitCode).to.equal(1);
    expect(up.stderr).to.include('AGENT_PORT in .env.test is "eighty"');
  });

  it("for a truncated state, and the state it names as good is", async () => {
    const { clone, stack } = systemStack();
    const folder = join(clone, ".stack/state/.pulumi/stacks/agent-stack");
    const path = join(folder, "test.json");
    const original = readFileSync(path, "utf8");
    writeFileSync(path, original.slice(0, original.length / 2));
    const status = await stack("status");
    writeFileSync(path, original);

    expect(status.exitCode).to.equal(1);
    expect(status.stderr).to.include("damaged or cut short").and.to.include(".json.bak");
    expect(() => JSON.parse(readFileSync(`${path}.bak`, "utf8")) as unknown).not.to.throw();
  });

  it("for a wrong passphrase", async () => {
    const { clone } = systemStack();
    setInEnvFile(clone, "LOG_LEVEL", "warn");
    const up = await runStack(clone, ["up", "--yes"], { PULUMI_CONFIG_PASSPHRASE: "wrong" });
    setInEnvFile(clone, "LOG_LEVEL", "info");

    expect(up.exitCode).to.equal(1);
    expect(up.stderr).to.include("another passphrase").and.to.include(".stack/passphrase");
  });

  it("for another up that runs now, naming its process", async () => {
    const { clone, stack } = systemStack();
    const level = readFromEnvFile(clone, "LOG_LEVEL") || "info";
    setInEnvFile(clone, "LOG_LEVEL", "debug");
    const first = startStack(clone, ["up", "--yes"]);
    await first.event(({ subject }) => subject === "agent");
    const second = await stack("up", "--yes");
    const { exitCode } = await first.ended;
    setInEnvFile(clone, "LOG_LEVEL", level);
    await upIsHealthy();

    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.match(/process \d+, since .*is changing the stack test now/);
    expect(exitCode).to.equal(0);
  });

  it("for a Docker engine that doesn't answer", async () => {
    const { clone } = systemStack();
    const status = await runStack(clone, ["status"], {
      DOCKER_HOST: "unix:///nowhere/docker.sock",
    });

    expect(status.exitCode).to.equal(1);
    expect(status.stderr).to.include("/nowhere/docker.sock").and.to.include("→");
  });

  it("for a word that is not a command", async () => {
    const { clone } = systemStack();
    const result = await runStack(clone, ["upp"]);

    expect(result.exitCode).to.equal(64);
    expect(result.stderr).to.include("up");
  });
});
