import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { earlySetting } from "../../infra/settings-sources.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("a setting that is needed before Pulumi", () => {
  const clone = scratchFolder();
  const read = (environment: NodeJS.ProcessEnv, stackName = "dev") =>
    earlySetting("PULUMI_RELEASES_URL", { root: clone.path, stackName, environment });

  it("is read from the environment, else from the stack's own file, else it is unset", () => {
    writeFileSync(join(clone.path, ".env"), "PULUMI_RELEASES_URL=https://mirror.test\n");
    const PULUMI_RELEASES_URL = "none";

    expect(read({ PULUMI_RELEASES_URL })).to.equal("none");
    expect(read({ PULUMI_RELEASES_URL: "" })).to.equal("https://mirror.test");
    expect(read({})).to.equal("https://mirror.test");
    expect(read({}, "other")).to.equal(undefined);
  });
});
