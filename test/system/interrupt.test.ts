import { appendFileSync, existsSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { serviceNames } from "../support/service-names.ts";
import { startStack, type StartedStack } from "../support/started-stack.ts";
import { docker, systemStack, upIsHealthy } from "../support/system-stack.ts";

/**
 * After whatever happened: one `up` must end healthy, with one container a service and no orphan, and
 * nothing of the engine's in the work tree.
 */
async function nextUpIsHealthy(): Promise<void> {
  const { clone, stack } = systemStack();
  const up = await stack("up", "--yes", "--json", "--verify");
  expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
  const project = readFromEnvFile(clone, "STACK_PROJECT_NAME");
  const names = docker("ps", "--all", "--filter", `name=^${project}-`, "--format", "{{.Names}}");
  const wanted = serviceNames.map((name) => `${project}-test-${name}`);
  expect(names.split("\n")).to.have.members(wanted);
  expect(existsSync(join(clone, "Pulumi.test.yaml"))).to.equal(false);
}

/** A change that replaces the agent and nothing else. */
function changeAgent(): void {
  const { clone } = systemStack();
  const level = readFromEnvFile(clone, "LOG_LEVEL") === "debug" ? "info" : "debug";
  setInEnvFile(clone, "LOG_LEVEL", level);
}

type UpEvent = Parameters<Parameters<StartedStack["event"]>[0]>[0];

/** Starts an `up`, and kills it as soon as it says what is waited for. */
async function killUpAt(
  wanted: (event: UpEvent) => boolean,
  signal: NodeJS.Signals = "SIGKILL",
): Promise<CommandResult> {
  const up = startStack(systemStack().clone, ["up", "--yes"]);
  await up.event(wanted);
  up.kill(signal);
  return up.ended;
}

const waitsForHealth = ({ subject, message }: UpEvent) =>
  subject === "agent" && String(message).includes("health check");

describe("an up that is cut short", () => {
  after(async () => {
    setInEnvFile(systemStack().clone, "LOG_LEVEL", "info");
    await upIsHealthy();
  });

  describe("by kill -9", () => {
    it("while it builds an image", async () => {
      appendFileSync(join(systemStack().clone, "infra/services/model/serve.py"), "\n# a test\n");
      await killUpAt(({ phase, subject }) => phase === "images" && subject === "model");

      await nextUpIsHealthy();
    });

    it("between the deletion of a container and the creation of its successor", async () => {
      changeAgent();
      const old = systemStack().containerId("agent");
      const isThere = () => docker("ps", "--all", "--quiet", "--no-trunc").includes(old);
      const up = startStack(systemStack().clone, ["up", "--yes"]);
      await up.event(({ subject, message }) => subject === "agent" && message === "stopping");
      while (isThere()) await delay(20);
      up.kill("SIGKILL");
      await up.ended;

      await nextUpIsHealthy();
    });

    it("at a pending create, before the container runs", async () => {
      changeAgent();
      await killUpAt(({ subject, message }) => subject === "agent" && message === "replacing");

      await nextUpIsHealthy();
    });

    it("in the wait for health", async () => {
      changeAgent();
      await killUpAt(waitsForHealth);

      await nextUpIsHealthy();
    });

    it("while the state is written, at the end of the update", async () => {
      changeAgent();
      await killUpAt(({ subject, status }) => subject === "agent" && status === "done");

      await nextUpIsHealthy();
    });
  });

  describe("by Ctrl-C", () => {
    it("ends with exit code 130, says what to do, and the next up is healthy", async () => {
      changeAgent();
      const { exitCode, stdout } = await killUpAt(waitsForHealth, "SIGINT");

      expect(exitCode).to.equal(130);
      expect(stdout).to.include("./stack --stack test up again");
      await nextUpIsHealthy();
    });
  });
});
