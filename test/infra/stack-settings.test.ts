import { expect } from "chai";
import { requireKnownNames } from "../../infra/stack-settings.ts";
import { StackError } from "../../infra/stack-error.ts";

describe("the names in Pulumi's configuration", () => {
  it("are refused where no setting has them, with the nearest one and how to remove it", () => {
    const read = () => {
      requireKnownNames(["timezone", "agentProt"], "team");
    };

    expect(read).to.throw(StackError, "sets agent-stack:agentProt, which no setting has.");
    expect(read).to.throw("Did you mean agentPort?");
    expect(read)
      .to.throw(StackError)
      .with.property("remedy")
      .that.includes("./stack --stack team pulumi config rm agentProt");
  });

  it("are accepted in camel case", () => {
    expect(() => {
      requireKnownNames(["timezone", "openrouterApiKey"], "dev");
    }).not.to.throw();
  });
});
