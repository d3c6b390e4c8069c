import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { forStack, runbookBlocks } from "../support/runbook.ts";

const fence = "```";
const document = [
  "# Title",
  "",
  `${fence}sh`,
  "./stack up --yes",
  "curl http://localhost:8000/healthz",
  fence,
  "",
  "<!-- not run: it deletes data -->",
  "",
  `${fence}sh`,
  "./stack down --remove-volumes",
  fence,
  "",
  "<!-- run: exit 0 or 1, for reasons -->",
  "",
  `${fence}sh`,
  "./stack doctor",
  fence,
  "",
  `${fence}text`,
  "not a command",
  fence,
  "",
].join("\n");

describe("a runbook", () => {
  it("gives its blocks with their line, and why one must not run", () => {
    const blocks = runbookBlocks(document);

    expect(blocks.map(({ line, skip }) => ({ line, skip }))).to.deep.equal([
      { line: 3, skip: undefined },
      { line: 10, skip: "it deletes data" },
      { line: 16, skip: undefined },
    ]);
    expect(blocks[2]?.exitCodes).to.deep.equal([0, 1]);
  });

  it("is run against another stack, at its own addresses", () => {
    const [block] = runbookBlocks(document);

    const script = forStack(
      block?.script ?? "",
      "test",
      { agent: 8000 },
      () => "http://127.0.0.1:7",
    );

    expect(script).to.equal("./stack --stack test up --yes\ncurl http://127.0.0.1:7/healthz\n");
  });

  it("of ours names every command of the stack by its default stack, and hides no block", () => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");

    expect(runbookBlocks(text)).to.have.length(text.match(/^```sh$/gm)?.length ?? 0);
    expect(text).not.to.match(/--stack dev/);
  });
});
