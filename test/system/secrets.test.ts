import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { startStack } from "../support/started-stack.ts";
import { systemStack } from "../support/system-stack.ts";

const canary = "canary-3f1c9a7be2d84650";

describe("a secret", () => {
  it("is in no output, no preview, no file of .stack and not in the state in plain text", async () => {
    const { clone, stack } = systemStack();
    setInEnvFile(clone, "AGENT_API_KEYS", canary);
    const shown: string[] = [];
    const run = async (...words: string[]) => {
      const { stdout, stderr } = await stack(...words);
      shown.push(stdout, stderr);
    };
    await run("preview");
    await run("preview", "--json");
    await run("pulumi", "preview", "--diff");
    const up = startStack(clone, ["up", "--yes", "--debug"]);
    const result = await up.ended;
    shown.push(result.stdout, result.stderr);
    await run("status", "--json");
    await run("health", "--json");
    await run("pulumi", "stack", "export");
    await run("pulumi", "stack", "output", "--json");
    await run("logs");
    const generated = ["POSTGRES_PASSWORD", "AGENT_DB_PASSWORD", "LITELLM_MASTER_KEY"];
    const secrets = [canary, ...generated.map((name) => readFromEnvFile(clone, name))];

    expect(result.exitCode, result.stdout).to.equal(0);
    for (const secret of secrets) {
      expect(secret).to.have.length.greaterThan(11);
      expect(shown.join("\n")).not.to.include(secret);
      expect(filesWith(secret)).to.equal("");
    }
    setInEnvFile(clone, "AGENT_API_KEYS", "");
    await stack("up", "--yes");
  });
});

/** Files under .stack that hold the text, one a line. */
function filesWith(text: string): string {
  const command = 'grep -rlF -- "$0" .stack || true';
  return execFileSync("sh", ["-c", command, text], {
    cwd: systemStack().clone,
    encoding: "utf8",
  });
}
