import { expect } from "chai";
import { commands } from "../../../cli/commands/index.ts";
import { parseCommandLine } from "../../../cli/command-line/parser.ts";
import { rejection } from "../../support/rejection.ts";

async function optionsOf(...words: string[]): Promise<object> {
  const parsed = await parseCommandLine(words, commands);
  if (!("options" in parsed)) throw new Error(`no command in: ${words.join(" ")}`);
  return parsed.options;
}

describe("./stack local", () => {
  it("means the stack local, whose ports are found by themselves", async () => {
    expect(await optionsOf("local", "up")).to.deep.include({ stack: "local", autoPorts: true });
    expect(await optionsOf("up")).to.deep.include({ stack: "dev" });
    expect(await optionsOf("up")).not.to.deep.include({ autoPorts: true });
  });

  it("passes options on, before and behind", async () => {
    const options = await optionsOf("--json", "local", "logs", "agent", "--tail", "3");

    expect(options).to.deep.include({ stack: "local", json: true, tail: 3, services: ["agent"] });
  });

  it("refuses another stack's name, and a word that is none of its commands", async () => {
    for (const words of [["local", "up", "--stack", "two"], ["local", "restart"], ["local"]]) {
      const outcome: unknown = await optionsOf(...words).catch((error: unknown) => error);
      expect(outcome, words.join(" ")).to.be.an("error");
    }
  });

  for (const [words, remedy] of [
    [["dev", "up"], "Type: ./stack local up"],
    [["--json", "dev", "logs", "agent", "--tail", "3"], "Type: ./stack local logs agent --tail 3"],
    [["dev"], "Type: ./stack local"],
  ] as const) {
    it(`is what the original calls dev: ./stack ${words.join(" ")}`, async () => {
      const error = await rejection(parseCommandLine(words, commands));

      expect(error).to.include({ remedy, exitCode: 64 });
      expect(error.message).to.include("dev is the default stack");
    });
  }
});
