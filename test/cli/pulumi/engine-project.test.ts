import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { engineProject } from "../../../cli/pulumi/engine-project.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const salt = "encryptionsalt: v1:abc=:v1:def:ghi==\n";
const secure = "config:\n  agent-stack:qdrantApiKey:\n    secure: v1:x\n";

describe("what the engine has instead of the user's settings file", () => {
  const folder = scratchFolder();
  const ofUser = () => join(folder.path, "Pulumi.dev.yaml");
  const made = (environment: NodeJS.ProcessEnv = {}) =>
    engineProject(workspaceOf(folder.path, "dev"), environment);
  const copyOf = (text: string) => {
    writeFileSync(ofUser(), text);
    return readFileSync(made().configFile, "utf8");
  };
  const backendWith = (environment: NodeJS.ProcessEnv, projectFile: string) => {
    writeFileSync(join(folder.path, "Pulumi.yaml"), projectFile);
    const { folder: place } = made(environment);
    return parse(readFileSync(join(place, "Pulumi.yaml"), "utf8")) as { backend?: { url: string } };
  };

  it("is a copy of it, comments and all, under .stack/", () => {
    const text = "# a comment\nconfig:\n  agent-stack:agentPort: 8001\n";

    expect(copyOf(text)).to.equal(text);
    expect(made().configFile).to.equal(join(folder.path, ".stack/project/Pulumi.dev.yaml"));
  });

  it("is made from scratch each time, so that nothing of an earlier command stays", () => {
    writeFileSync(ofUser(), "config: {}\n");
    writeFileSync(made().configFile, `${salt}config: {}\n`);

    expect(readFileSync(made().configFile, "utf8")).to.equal("config: {}\n");
  });

  it("makes no file of the user's where there is none", () => {
    expect(readFileSync(made().configFile, "utf8")).to.equal("");
    expect(existsSync(ofUser())).to.equal(false);
  });

  it("has the salt where something is encrypted under it, and leaves it to the state elsewhere", () => {
    expect(copyOf(salt + secure)).to.equal(salt + secure);
    expect(copyOf(`${salt}config: {}\n`)).to.equal("config: {}\n");
    expect(made().environment).to.include({ PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true" });
  });

  it("keeps a secrets provider of the user's with its key", () => {
    const text = `secretsprovider: awskms://alias/team\nencryptedkey: AQ==\nconfig: {}\n`;

    expect(copyOf(text)).to.equal(text);
  });

  it("has the same state, though its folder is another", () => {
    const local = "name: agent-stack\nbackend:\n  url: file://./.stack/state\n";
    const shared = "name: agent-stack\nbackend:\n  url: s3://team\n";

    expect(backendWith({}, local).backend?.url).to.equal(`file://${folder.path}/.stack/state`);
    expect(backendWith({}, shared).backend?.url).to.equal("s3://team");
    expect(backendWith({ PULUMI_BACKEND_URL: "s3://b?region=x" }, local).backend?.url).to.equal(
      "s3://b?region=x",
    );
    expect(made({ PULUMI_BACKEND_URL: "file://../shared" }).environment).to.include({
      PULUMI_BACKEND_URL: `file://${join(folder.path, "../shared")}`,
    });
    expect(backendWith({}, "name: agent-stack\n").backend).to.equal(undefined);
  });
});
