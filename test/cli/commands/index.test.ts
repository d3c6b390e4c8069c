import { expect } from "chai";
import type { TypedCommand } from "../../../cli/command-line/command-table.ts";
import { parseCommandLine } from "../../../cli/command-line/parser.ts";
import { commands } from "../../../cli/commands/index.ts";
import { everyCommand } from "../../support/every-command.ts";

async function typed(...words: string[]): Promise<TypedCommand> {
  const parsed = await parseCommandLine(words, commands);
  if (!("typed" in parsed)) throw new Error(`no command in: ${words.join(" ")}`);
  return parsed.typed;
}

/** `./stack local` alone is not a command: it takes those of the first stack. */
const runnable = everyCommand().filter(([first]) => first !== "local");

describe("the table of commands", () => {
  it("names a command with its group", async () => {
    for (const words of runnable) {
      expect(words.join(" ")).to.match(new RegExp(`^${(await typed(...words)).name}( |$)`));
    }
    expect((await typed("backup", "create")).name).to.equal("backup create");
  });

  it("says which commands need the stack's lock", async () => {
    const changing: string[] = [];
    for (const words of runnable) {
      const { name, changes } = await typed(...words);
      if (changes) changing.push(name);
    }

    expect(changing).to.have.members([
      ...["up", "down", "restart", "rollback"],
      ...["qdrant ensure-schema", "qdrant backup", "qdrant restore"],
      ...["backup create", "backup restore"],
    ]);
  });

  for (const [words, changes] of [
    [["drift"], false],
    [["drift", "--fix"], true],
    [["rollback", "--list"], false],
    [["rollback", "--to", "x"], true],
  ] as const) {
    it(`needs ${changes ? "the" : "no"} lock for: ${words.join(" ")}`, async () => {
      expect((await typed(...words)).changes).to.equal(changes);
    });
  }
});
