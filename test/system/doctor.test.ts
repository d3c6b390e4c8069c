import { chmodSync, statSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { resultOf, runStack, systemStack } from "../support/system-stack.ts";

interface Found {
  readonly check: string;
  readonly severity: string;
  readonly what: string;
  readonly fixable: boolean;
}

function findingsOf(stdout: string): readonly Found[] {
  return resultOf(stdout)["findings"] as readonly Found[];
}

describe("doctor", () => {
  it("finds the stack's engine, ports, volumes, state and settings in order", async () => {
    const { stdout, exitCode } = await systemStack().stack("doctor", "--json");

    const findings = findingsOf(stdout);
    for (const check of ["docker", "engine", "settings", "ports", "volumes", "state"]) {
      const own = findings.filter((finding) => finding.check === check);
      expect(own, check).to.have.length.greaterThan(0);
      expect(
        own.filter(({ severity }) => severity !== "ok"),
        check,
      ).to.deep.equal([]);
    }
    // What else a machine lacks (memory, a network) is not this test's to say.
    expect(exitCode).to.equal(resultOf(stdout)["errors"] === 0 ? 0 : 1);
  });

  it("sees that others may read the secrets, and fixes it", async () => {
    const path = join(systemStack().clone, ".env.test");
    chmodSync(path, 0o644);

    const before = await systemStack().stack("doctor", "--json");
    const fixed = await systemStack().stack("doctor", "--fix", "--json");

    const open = findingsOf(before.stdout).find(({ what }) => what.includes("mode 644"));
    expect(before.exitCode).to.equal(resultOf(before.stdout)["errors"] === 0 ? 0 : 1);
    expect(open).to.deep.include({ check: "settings", severity: "warning", fixable: true });
    expect(resultOf(fixed.stdout)["fixed"]).to.have.length(1);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it("runs where no engine answers, and says so", async () => {
    const { exitCode, stdout } = await runStack(systemStack().clone, ["doctor", "--json"], {
      DOCKER_HOST: "unix:///nowhere/docker.sock",
    });

    const docker = findingsOf(stdout).filter(({ check }) => check === "docker");
    expect(exitCode).to.equal(1);
    expect(docker).to.have.length(1);
    expect(docker[0]).to.deep.include({ severity: "error" });
    expect(docker[0]?.what).to.include("/nowhere/docker.sock");
  });
});
