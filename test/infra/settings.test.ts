import { expect } from "chai";
import { parse as parseDotenv } from "dotenv";
import { definitions } from "../../infra/settings/definitions.ts";
import {
  missingSecrets,
  renderDotenvTemplate,
  withValues,
} from "../../infra/settings/dotenv-file.ts";
import { dotenvFileName } from "../../infra/stack-name.ts";
import { parseSettings, type SettingsLayer, settingNames } from "../../infra/settings/parse.ts";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";
import { StackError } from "../../infra/stack-error.ts";
import { generatedSecrets } from "../support/settings.ts";

function layer(
  source: string,
  values: Record<string, string>,
  onlySettings = false,
): SettingsLayer {
  return { source, values, onlySettings };
}

describe("parseSettings", () => {
  it("takes a value from the first layer that sets it", () => {
    const { settings, origins } = parseSettings([
      layer("the environment", { AGENT_PORT: "9001" }),
      layer(".env", { ...generatedSecrets, AGENT_PORT: "9002", QDRANT_PORT: "9003" }),
    ]);

    expect(settings.AGENT_PORT).to.equal(9001);
    expect(settings.QDRANT_PORT).to.equal(9003);
    expect(settings.LITELLM_PORT).to.equal(4000);
    expect(origins.AGENT_PORT).to.equal("the environment");
    expect(origins.LITELLM_PORT).to.equal("default");
  });

  it("warns about a value that hides another, without a secret's text", () => {
    const { warnings } = parseSettings([
      layer("the environment", { POSTGRES_PASSWORD: "another-password" }),
      layer(".env", generatedSecrets),
    ]);

    expect(warnings).to.deep.equal([
      "POSTGRES_PASSWORD from the environment hides another value in .env.",
    ]);
  });

  it("takes an empty value for none", () => {
    const { settings } = parseSettings([
      layer("the environment", { AGENT_PORT: "" }),
      layer(".env", { ...generatedSecrets, AGENT_PORT: "9002" }),
    ]);

    expect(settings.AGENT_PORT).to.equal(9002);
  });

  it("names every wrong value, where it is and what is accepted", () => {
    const read = () =>
      parseSettings([
        layer(".env", { ...generatedSecrets, AGENT_PORT: "80000", LOG_LEVEL: "loud" }),
      ]);

    expect(read).to.throw(StackError, 'AGENT_PORT in .env is "80000"; it accepts a whole number');
    expect(read).to.throw(StackError, 'LOG_LEVEL in .env is "loud"; it accepts debug or info');
  });

  for (const text of ["0x50", "1e4", "80.0", "+80", "80 "]) {
    it(`takes "${text}" for no port`, () => {
      const read = () =>
        parseSettings([layer(".env", { ...generatedSecrets, AGENT_PORT: text }, true)]);

      expect(read).to.throw(
        StackError,
        `AGENT_PORT in .env is "${text}"; it accepts a whole number`,
      );
    });
  }

  it("refuses a key that no HTTP header can carry, and says what it accepts", () => {
    const read = () =>
      parseSettings([layer(".env", { ...generatedSecrets, QDRANT_API_KEY: "clé" }, true)]);

    expect(read).to.throw(
      StackError,
      "QDRANT_API_KEY in .env is a value; it accepts printable ASCII",
    );
  });

  it("refuses a variable in .env, which Docker Compose would expand and we do not", () => {
    const read = () =>
      parseSettings([layer(".env", { ...generatedSecrets, TIMEZONE: "${MY_ZONE}" }, true)]);

    expect(read).to.throw(StackError, "TIMEZONE in .env contains ${MY_ZONE}.");
  });

  it("never shows the text of a wrong secret", () => {
    const read = () =>
      parseSettings([layer(".env", { ...generatedSecrets, POSTGRES_PASSWORD: "hunter2" })]);

    expect(read).to.throw(StackError, "POSTGRES_PASSWORD in .env is a value");
    expect(read).not.to.throw(StackError, "hunter2");
  });

  it("says how a missing secret comes about", () => {
    try {
      parseSettings([]);
      expect.fail("should have thrown");
    } catch (error) {
      expect(error).to.be.instanceOf(StackError);
      expect((error as StackError).message).to.include("secrets are not set: POSTGRES_PASSWORD,");
      expect((error as StackError).remedy).to.include("./stack up");
    }
  });

  it("warns about a mistyped name in .env with the nearest one, and not about the environment", () => {
    const { warnings } = parseSettings([
      layer("the environment", { PATH: "/bin" }),
      layer(
        ".env",
        { ...generatedSecrets, AGENT_PROT: "9000", SOMETHING_ELSE_ENTIRELY: "1" },
        true,
      ),
    ]);

    expect(warnings).to.deep.equal([
      ".env sets AGENT_PROT, which no setting has. Did you mean AGENT_PORT?",
      ".env sets SOMETHING_ELSE_ENTIRELY, which no setting has.",
    ]);
  });

  it("says what took the place of a setting that is gone", () => {
    const { warnings } = parseSettings([
      layer(".env", { ...generatedSecrets, AGENT_CONTEXT_CHARACTERS: "60000" }, true),
    ]);

    expect(warnings).to.deep.equal([
      ".env sets AGENT_CONTEXT_CHARACTERS, which no setting has. It is AGENT_CONTEXT_TOKENS now: " +
        "four English characters are a token.",
    ]);
  });
});

describe(".env files", () => {
  it("are .env for dev and .env.NAME for any other stack", () => {
    expect(dotenvFileName("dev")).to.equal(".env");
    expect(dotenvFileName("test")).to.equal(".env.test");
  });

  it("start from a template that names every setting and lacks only the generated secrets", () => {
    const template = renderDotenvTemplate();
    const generated = settingNames.filter((name) => "generatedBytes" in definitions[name]);

    for (const name of settingNames) expect(template).to.match(new RegExp(`^#?${name}=`, "m"));
    expect(missingSecrets(parseDotenv(template))).to.deep.equal(generated);
  });

  it("are filled in place or appended to, and keep every other byte", () => {
    const content = "# mine\nAGENT_PORT=8001 # comment\nPOSTGRES_PASSWORD=\n\nODD";

    const filled = withValues(content, { POSTGRES_PASSWORD: "p", STACK_RECORD_KEY: "k" });

    expect(filled).to.equal(
      "# mine\nAGENT_PORT=8001 # comment\nPOSTGRES_PASSWORD=p\n\nODD\nSTACK_RECORD_KEY=k\n",
    );
  });

  it("keep a secret that is already there", () => {
    expect(missingSecrets(generatedSecrets)).to.deep.equal([]);
  });
});

describe("pulumiName", () => {
  it("is the setting's name in camel case, distinct for each setting", () => {
    expect(pulumiName("AGENT_DB_PASSWORD")).to.equal("agentDbPassword");
    expect(new Set(settingNames.map(pulumiName)).size).to.equal(settingNames.length);
  });
});
