import { expect } from "chai";
import { join } from "node:path";
import { runToEnd } from "../../support/run-to-end.ts";

const root = join(import.meta.dirname, "../../..");

/** Commands that fail, or find nothing, on a stack that was never up and a Docker that is away. */
const commands = [
  ["backup", "create", "--plain"],
  ["backup", "list", "--plain"],
  ["rollback", "--list", "--plain"],
  ["status", "--json"],
  ["doctor", "--json"],
];

describe("what a command says on a stack that is not the default", () => {
  for (const words of commands) {
    it(`${words.join(" ")} names no command that would work on another stack`, async () => {
      const { stdout, stderr } = await runToEnd(
        process.execPath,
        [join(root, "cli/main.ts"), ...words, "--stack", "h7"],
        { cwd: root, env: { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock" } },
      );
      const said = stdout + stderr;

      expect(said).not.to.equal("");
      expect(said).not.to.match(/\.\/stack (?!--)[a-z]/);
      expect(said).not.to.match(/(?<![\w.])\.env(?![\w.])/);
    }).timeout(30_000);
  }
});
