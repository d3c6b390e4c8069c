import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { keepingSettingsTidy } from "../../../cli/pulumi/stack-config-file.ts";
import { readStackSettings } from "../../../infra/stack-settings.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const salt = "encryptionsalt: v1:abc=:v1:def:ghi==\n";

describe("Pulumi's settings file of a stack", () => {
  const folder = scratchFolder();
  const path = () => join(folder.path, "Pulumi.dev.yaml");
  const engineWrites = (text: string) =>
    keepingSettingsTidy(folder.path, "dev", () => {
      writeFileSync(path(), text);
      return Promise.resolve();
    });

  it("is the same to the byte after the engine wrote its salt and dropped the comments", async () => {
    const original = "# a comment\nconfig: {}\n";
    writeFileSync(path(), original);

    await engineWrites(salt);

    expect(readFileSync(path(), "utf8")).to.equal(original);
  });

  it("does not come to be for the salt alone", async () => {
    await engineWrites(salt);

    expect(existsSync(path())).to.equal(false);
  });

  it("keeps what a config set wrote, without the salt", async () => {
    writeFileSync(path(), "config: {}\n");

    await engineWrites(`${salt}config:\n  agent-stack:agentPort: "8001"\n`);

    expect(readFileSync(path(), "utf8")).to.equal('config:\n  agent-stack:agentPort: "8001"\n');
  });

  it("is tidy after a command that failed, too", async () => {
    writeFileSync(path(), "config: {}\n");
    const failing = keepingSettingsTidy(folder.path, "dev", () => {
      writeFileSync(path(), salt);
      return Promise.reject(new Error("failed"));
    });

    await failing.catch(() => undefined);

    expect(readFileSync(path(), "utf8")).to.equal("config: {}\n");
  });

  it("loses the salt that a killed command left, before the next one reads it", async () => {
    const seenWith = async (text: string) => {
      writeFileSync(path(), text);
      return keepingSettingsTidy(folder.path, "dev", () =>
        Promise.resolve(existsSync(path()) ? readFileSync(path(), "utf8") : undefined),
      );
    };
    const encrypted = `${salt}config:\n  agent-stack:qdrantApiKey:\n    secure: v1:x\n`;

    expect(await seenWith(salt)).to.equal(undefined);
    expect(await seenWith(`${salt}config: {}\n`)).to.equal("config: {}\n");
    expect(await seenWith(encrypted)).to.equal(encrypted);
  });

  it("gives plain values, and only the names of encrypted ones", () => {
    writeFileSync(
      path(),
      "config:\n  agent-stack:agentPort: 8001\n  agent-stack:qdrantApiKey:\n    secure: v1:x\n  other:x: 1\n",
    );

    expect(readStackSettings(folder.path, "dev")).to.deep.equal({
      plain: { agentPort: "8001" },
      encrypted: ["qdrantApiKey"],
    });
  });
});
