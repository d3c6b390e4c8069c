import { expect } from "chai";
import { everyCommand } from "../support/every-command.ts";
import { jsonLines, systemStack, upIsHealthy } from "../support/system-stack.ts";

/** What `pulumi` is given is Pulumi's own, --json too; `down` comes last, for the others need the stack. */
const first = everyCommand().filter(([name]) => name !== "pulumi" && name !== "down");

describe("every command with --json, on a stack that is up", () => {
  after(upIsHealthy);

  for (const words of [...first, ["down"]]) {
    it(`${words.join(" ")}: prints one valid object a line, and the last says how it ended`, async () => {
      const { exitCode, stdout, stderr } = await systemStack().stack(...words, "--json", "--yes");
      const lines = jsonLines(stdout);
      const last = lines.at(-1);

      expect(lines.map(({ schema }) => schema)).to.deep.equal(lines.map(() => "agent-stack/1"));
      expect(last?.["type"], stdout + stderr).to.be.oneOf(["result", "error"]);
      expect(stdout + stderr).not.to.match(/bug of ours|^ +at /m);
      if (last?.["type"] === "error") expect(last["exitCode"]).to.equal(exitCode);
    });
  }
}).timeout(600_000);
