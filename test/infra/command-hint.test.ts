import { expect } from "chai";
import { commandHint } from "../../infra/command-hint.ts";

describe("commandHint", () => {
  it("leaves the default stack's commands as they are", () => {
    const text = "Set AGENT_PORT in .env and run ./stack up again.";

    expect(commandHint(text, "dev")).to.equal(text);
  });

  it("makes every command and the settings file those of the stack", () => {
    expect(
      commandHint("Set AGENT_PORT in .env, then ./stack up; ./stack why agent says more.", "h7"),
    ).to.equal(
      "Set AGENT_PORT in .env.h7, then ./stack --stack h7 up; ./stack --stack h7 why agent says more.",
    );
  });

  it("changes nothing the second time, nor another file's name", () => {
    const once = commandHint(
      "./stack down, and .env.template, .env.h7, a.env, ./stack --help",
      "h7",
    );

    expect(once).to.equal(
      "./stack --stack h7 down, and .env.template, .env.h7, a.env, ./stack --help",
    );
    expect(commandHint(once, "h7")).to.equal(once);
  });
});
