import { expect } from "chai";
import { commands } from "../../../cli/commands/index.ts";
import { parseCommandLine } from "../../../cli/command-line/parser.ts";

async function optionsOf(...words: string[]): Promise<object> {
  const parsed = await parseCommandLine(words, commands);
  if (!("options" in parsed)) throw new Error(`no command in: ${words.join(" ")}`);
  return parsed.options;
}

describe("./stack dev", () => {
  it("means the stack local, whose ports are found by themselves", async () => {
    expect(await optionsOf("dev", "up")).to.deep.include({ stack: "local", autoPorts: true });
    expect(await optionsOf("up")).to.deep.include({ stack: "dev" });
    expect(await optionsOf("up")).not.to.deep.include({ autoPorts: true });
  });

  it("passes options on, before and behind", async () => {
    const options = await optionsOf("--json", "dev", "logs", "agent", "--tail", "3");

    expect(options).to.deep.include({ stack: "local", json: true, tail: 3, services: ["agent"] });
  });

  it("refuses another stack's name, and a word that is none of its commands", async () => {
    for (const words of [["dev", "up", "--stack", "two"], ["dev", "restart"], ["dev"]]) {
      const outcome: unknown = await optionsOf(...words).catch((error: unknown) => error);
      expect(outcome, words.join(" ")).to.be.an("error");
    }
  });
});
