import { readFileSync, statSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { parse as parseDotenv } from "dotenv";
import { join } from "node:path";
import { ensureEnvFile } from "../../../cli/stack/env-file.ts";
import { definitions } from "../../../infra/settings/definitions.ts";
import { settingNames } from "../../../infra/settings/parse.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const nowhereElse = () => false;

describe("ensureEnvFile", () => {
  const folder = scratchFolder();

  it("writes .env from the template with its own secrets, for its owner alone", () => {
    const change = ensureEnvFile(folder.path, "dev", nowhereElse);

    const path = join(folder.path, ".env");
    const values = parseDotenv(readFileSync(path));
    expect(change).to.deep.include({ file: ".env", created: true });
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    for (const name of change.generated) {
      expect(definitions[name].schema.safeParse(values[name]).success, name).to.equal(true);
    }
    expect(new Set(change.generated.map((name) => values[name])).size).to.equal(
      change.generated.length,
    );
  });

  it("writes nothing a second time", () => {
    ensureEnvFile(folder.path, "dev", nowhereElse);
    const before = readFileSync(join(folder.path, ".env"), "utf8");

    const change = ensureEnvFile(folder.path, "dev", nowhereElse);

    expect(change).to.deep.equal({ file: ".env", created: false, generated: [] });
    expect(readFileSync(join(folder.path, ".env"), "utf8")).to.equal(before);
  });

  it("adds only what is missing to a user's file, and keeps the rest to the byte", () => {
    const mine = "AGENT_PORT=9000\n# my note\nPOSTGRES_PASSWORD=my-own-password";
    writeFileSync(join(folder.path, ".env.test"), mine);

    const { generated } = ensureEnvFile(folder.path, "test", nowhereElse);

    const text = readFileSync(join(folder.path, ".env.test"), "utf8");
    expect(text.startsWith(`${mine}\n`)).to.equal(true);
    expect(generated).not.to.include("POSTGRES_PASSWORD");
    expect(generated).to.include("LITELLM_MASTER_KEY");
  });

  it("generates nothing that another source gives", () => {
    const all = settingNames.filter((name) => "generatedBytes" in definitions[name]);

    const { generated } = ensureEnvFile(folder.path, "dev", (name) => name === all[0]);

    expect(generated).to.deep.equal(all.slice(1));
  });
});
