import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { setInEnvFile } from "../support/env-file.ts";
import { resultOf, systemStack } from "../support/system-stack.ts";

async function isHealthy(): Promise<void> {
  const health = await systemStack().stack("health");
  expect(health.exitCode, health.stdout + health.stderr).to.equal(0);
}

describe("rollback", () => {
  it("after an up that failed on a bad image brings the last good stack back", async () => {
    const { clone, stack } = systemStack();
    const path = join(clone, "infra/services/searxng/Dockerfile");
    const original = readFileSync(path, "utf8");
    appendFileSync(path, '\nCMD ["false"]\nENTRYPOINT []\n');
    const up = await stack("up", "--yes");
    const back = await stack("rollback", "--yes", "--json");
    const result = resultOf(back.stdout);

    expect(up.exitCode).to.equal(1);
    expect(back.exitCode, back.stdout + back.stderr).to.equal(0);
    expect(result["outcome"]).to.equal("updated");
    expect(String(result["nextUp"])).to.include("searxng: its image's content changed");
    await isHealthy();

    const again = await stack("rollback", "--yes", "--json");
    expect(resultOf(again.stdout)["outcome"]).to.equal("unchanged");

    writeFileSync(path, original);
    const fixed = await stack("up", "--yes", "--json", "--verify");
    expect(fixed.exitCode, fixed.stdout + fixed.stderr).to.equal(0);
    await isHealthy();
  });

  it("after a setting that came up and was a mistake reverts it, and the next up applies it", async () => {
    const { clone, stack } = systemStack();
    setInEnvFile(clone, "LOG_LEVEL", "error");
    const up = await stack("up", "--yes");
    expect(up.exitCode, up.stderr).to.equal(0);
    const back = await stack("rollback", "--yes", "--json");
    const result = resultOf(back.stdout);
    const drift = await stack("drift", "--json");

    expect(back.exitCode, back.stdout + back.stderr).to.equal(0);
    expect(result["reverted"]).to.deep.equal(["agent: LOG_LEVEL error -> info"]);
    expect(result["nextUp"]).to.deep.equal(["agent: LOG_LEVEL info -> error"]);
    expect(resultOf(drift.stdout)["drift"]).to.deep.equal([]);
    await isHealthy();
    const again = await stack("rollback", "--yes", "--json");
    expect(resultOf(again.stdout)).not.to.have.property("reverted");

    setInEnvFile(clone, "LOG_LEVEL", "info");
    const fixed = await stack("up", "--yes", "--json", "--verify");
    expect(fixed.exitCode, fixed.stdout + fixed.stderr).to.equal(0);
  });

  it("lists what there is to go back to, without a secret", async () => {
    const { clone, stack } = systemStack();
    const list = await stack("rollback", "--list", "--json");
    const history = resultOf(list.stdout)["history"] as { at: string; running: boolean }[];

    expect(history.filter(({ running }) => running)).to.have.length(1);
    const secrets = readFileSync(join(clone, ".env.test"), "utf8").matchAll(/_PASSWORD=(.+)$/gm);
    for (const [, secret = "none"] of secrets) expect(list.stdout).not.to.include(secret);
  });
});
