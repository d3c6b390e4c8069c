import { join } from "node:path";
import { expect } from "chai";
import { commands } from "../../../cli/commands/index.ts";
import { parseCommandLine } from "../../../cli/command-line/parser.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { runToEnd } from "../../support/run-to-end.ts";

async function usageErrorOf(...words: string[]): Promise<StackError> {
  try {
    await parseCommandLine(words, commands);
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  throw new Error(`${words.join(" ")} was accepted`);
}

async function helpOf(...words: string[]): Promise<string> {
  const parsed = await parseCommandLine([...words, "--help"], commands);
  if (!("text" in parsed)) throw new Error("help ran a command");
  return parsed.text;
}

describe("the command line", () => {
  it("guesses a mistyped command, and exits 64", async () => {
    const error = await usageErrorOf("statsu");

    expect(error.message).to.include("Did you mean status?");
    expect(error.exitCode).to.equal(64);
  });

  it("refuses an unknown option", async () => {
    const error = await usageErrorOf("up", "--biuld");

    expect(error.message).to.include("biuld");
    expect(error.exitCode).to.equal(64);
  });

  for (const words of [[], ["images"], ["export"], ["local"], ["--stack", "two"]]) {
    it(`shows help where a command is missing, and exits 64: ${words.join(" ")}`, async () => {
      const parsed = await parseCommandLine(words, commands);

      if (!("text" in parsed)) throw new Error("a command ran");
      expect(parsed.text).to.include("Commands:");
      expect(parsed.exitCode).to.equal(64);
      expect(await parseCommandLine(["--help"], commands)).to.deep.include({ exitCode: 0 });
    });
  }

  it("shows a program no help where a command is missing", async () => {
    expect(await usageErrorOf("images", "--json")).to.include({
      message: "Name a command.",
      exitCode: 64,
    });
  });

  for (const [words, message] of [
    [["up", "dev"], 'up takes no "dev".'],
    [["statsu"], 'There is no command "statsu". Did you mean status?'],
    [["images", "lokc"], 'There is no command "lokc" in images. Did you mean lock?'],
    [["up", "--biuld"], "up has no option --biuld."],
    [["--stack", "dev", "up", "--biuld"], "up has no option --biuld."],
    [["--stack", "dev", "statsu"], 'There is no command "statsu". Did you mean status?'],
    [["nonsense"], 'There is no command "nonsense".'],
    [["up", "--bind-mounts=maybe"], '--bind-mounts is true or false, not "maybe".'],
    [["why"], "Name a service."],
    [["backup", "restore"], "Name a set."],
    [["up", "--auto-prots"], "up has no option --auto-prots."],
    [["up", "-y=x"], '-y is true or false, not "x".'],
  ] as const) {
    it(`says what is wrong with: ./stack ${words.join(" ")}`, async () => {
      expect((await usageErrorOf(...words)).message).to.equal(message);
    });
  }

  it("says how to name what is missing", async () => {
    expect((await usageErrorOf("--json", "why")).remedy).to.equal("Type: ./stack why SERVICE");
    expect((await usageErrorOf("backup", "verify")).remedy).to.equal(
      "Type: ./stack backup verify SET",
    );
  });

  it("ends with its one error, where a value is missing", async () => {
    const main = join(import.meta.dirname, "../../../cli/main.ts");
    const ended = await runToEnd(process.execPath, [main, "down", "--stack"], {
      cwd: import.meta.dirname,
      env: process.env,
    });

    expect(ended).to.include({ exitCode: 64, stdout: "" });
    expect(ended.stderr.split("\n").slice(1)).to.deep.equal([
      "→ See ./stack --help, or ./stack COMMAND --help for one command.",
      "",
    ]);
  }).timeout(30_000);

  it("takes a flag's true and false, and leaves alone what is behind --", async () => {
    for (const words of [
      ["up", "--bind-mounts=true", "--detach=false"],
      ["pulumi", "--", "--yes=maybe"],
    ]) {
      expect("options" in (await parseCommandLine(words, commands)), words.join(" ")).to.equal(
        true,
      );
    }
  });

  it("refuses a stack's name that Docker or a file name does not allow", async () => {
    expect((await usageErrorOf("up", "--stack", "../etc")).message).to.include("lower-case");
  });

  for (const words of [
    ["down", "--stack"],
    ["down", "--stack", "--yes"],
    ["down", "--stack="],
    ["down", "--stack", "", "--yes"],
    ["down", "--no-stack"],
    ["down", "--stack", "two", "--stack", "three"],
    ["local", "down", "--stack"],
    ["rollback", "--to"],
    ["logs", "--tail", "many"],
  ]) {
    it(`refuses ${words.join(" ")}: no default stands in for a value that is missing`, async () => {
      const error = await usageErrorOf(...words);

      expect(error.message).to.match(/^--(stack|to|tail) (needs a (value|number)|was given more)/);
      expect(error.exitCode).to.equal(64);
    });
  }

  it("says which rule a stack's name breaks", async () => {
    const messageOf = async (name: string) => (await usageErrorOf("up", "--stack", name)).message;

    expect(await messageOf("template")).to.include(".env.template is the template");
    expect(await messageOf("Two")).to.include('contains "T"');
    expect(await messageOf("2nd")).to.include("does not start with a lower-case letter");
    expect(await messageOf("a".repeat(22))).to.include("has 22 characters: at most 21");
  });

  it("reads options before and behind the command", async () => {
    const parsed = await parseCommandLine(["--stack", "test", "up", "--json"], commands);

    if (!("options" in parsed)) throw new Error("no command");
    expect(parsed.options.stack).to.equal("test");
    expect(parsed.options.json).to.equal(true);
  });

  it("hands Pulumi's own options through", async () => {
    const parsed = await parseCommandLine(["pulumi", "preview", "--diff", "--yes"], commands);

    expect("options" in parsed).to.equal(true);
  });

  it("prints a completion script", async () => {
    const parsed = await parseCommandLine(["completion"], commands);

    expect("text" in parsed && parsed.text).to.include("begin-stack-completions");
  });

  for (const { name } of commands) {
    it(`shows help with its options for ${name}`, async () => {
      const help = await helpOf(name);

      expect(help).to.include(`./stack ${name}`);
      expect(help).to.include("--stack");
    });
  }
});
