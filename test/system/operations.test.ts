import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { defaultPorts } from "../support/default-ports.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { forStack, runbookBlocks } from "../support/runbook.ts";
import { systemStack } from "../support/system-stack.ts";

const document = join(import.meta.dirname, "../../docs/operations.md");
const blocks = runbookBlocks(readFileSync(document, "utf8"));

/** The ports that the runbook writes: of a stack whose settings move none. */
const documented = defaultPorts();

async function runBlock(script: string): Promise<{ exitCode: number; output: string }> {
  // A failing command in a pipe or in the middle must not pass unseen.
  const words = ["-euo", "pipefail", "-c", script];
  const { exitCode, stdout, stderr } = await runToEnd("bash", words, { cwd: systemStack().clone });
  return { exitCode, output: stdout + stderr };
}

describe("docs/operations.md", () => {
  for (const { line, script, skip, exitCodes } of blocks) {
    if (skip !== undefined) continue;
    const [first = ""] = script.split("\n");
    it(`holds in line ${line}: ${first.replace(/\s*(#.*|\\)$/, "")}`, async () => {
      const { url } = systemStack();
      const mapped = forStack(script, "test", documented, url);
      expect(mapped).not.to.match(/localhost:\d/);

      const { exitCode, output } = await runBlock(mapped);

      expect(exitCodes, output).to.include(exitCode);
    });
  }

  it("leaves out no block without a reason, and few at all", () => {
    const skipped = blocks.filter(({ skip }) => skip !== undefined);

    expect(blocks.length - skipped.length).to.be.greaterThan(12);
    expect(skipped).to.have.length(8);
  });
});
