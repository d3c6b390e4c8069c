import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadNetworkSettings } from "../../infra/load-network-settings.ts";
import { loadSetting } from "../../infra/settings-sources.ts";
import { rejection } from "../support/rejection.ts";
import { StackError } from "../../infra/stack-error.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("one setting alone", () => {
  const clone = scratchFolder();
  const sources = (environment: NodeJS.ProcessEnv, stackName = "dev") => ({
    ...{ root: clone.path, stackName, environment },
  });

  it("is read from the environment, else from the stack's own file, else it is unset", () => {
    writeFileSync(join(clone.path, ".env"), "PULUMI_RELEASES_URL=https://mirror.test\n");
    const read = (environment: NodeJS.ProcessEnv, stackName?: string) =>
      loadSetting("PULUMI_RELEASES_URL", sources(environment, stackName));

    expect(read({ PULUMI_RELEASES_URL: "none" })).to.equal("none");
    expect(read({ PULUMI_RELEASES_URL: "" })).to.equal("https://mirror.test");
    expect(read({})).to.equal("https://mirror.test");
    expect(read({}, "other")).to.equal("");
  });

  it("is read from Pulumi's configuration too, where that is at hand", () => {
    const pulumiConfig = (name: string) =>
      name === "stackProjectName" ? "from-pulumi" : undefined;

    expect(loadSetting("STACK_PROJECT_NAME", { ...sources({}), pulumiConfig })).to.equal(
      "from-pulumi",
    );
  });

  it("is refused where it is wrong, before it is used", async () => {
    const error = await rejection(loadNetworkSettings(sources({ OUTBOUND_PROXY: "proxy:3128" })));

    expect(error).to.be.instanceOf(StackError);
    expect(error.message).to.include("OUTBOUND_PROXY in the environment");
  });
});
