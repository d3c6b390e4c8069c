import { expect } from "chai";
import { requireStackName } from "../../infra/stack-name.ts";
import { loadSettings } from "../../infra/settings-sources.ts";
import { StackError } from "../../infra/stack-error.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("a stack's name", () => {
  const scratch = scratchFolder();

  it("may have lower-case letters, digits and dashes", () => {
    for (const name of ["dev", "test-1", "a", "a".repeat(21), "constructor"]) {
      expect(() => {
        requireStackName(name);
      }, name).not.to.throw();
    }
  });

  it("is never one whose settings file is tracked: no secret may be written there", () => {
    // A bare `pulumi up` reads its settings here, too.
    const read = () =>
      loadSettings({
        root: scratch.path,
        stackName: "template",
        environment: {},
        pulumiConfig: () => undefined,
      });

    expect(read).to.throw(StackError, "is reserved");
  });
});
