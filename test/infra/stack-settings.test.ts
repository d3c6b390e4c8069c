import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { readStackSettings, requireKnownNames } from "../../infra/stack-settings.ts";
import { StackError } from "../../infra/stack-error.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("the names in Pulumi's configuration", () => {
  it("are refused where no setting has them, with the nearest one and how to remove it", () => {
    const read = () => {
      requireKnownNames(["timezone", "agentProt"], "team", []);
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
      requireKnownNames(["timezone", "openrouterApiKey"], "dev", []);
    }).not.to.throw();
  });

  it("may be of what LiteLLM's config.yaml reads from the environment", () => {
    expect(() => {
      requireKnownNames(["openaiApiKey"], "dev", ["OPENAI_API_KEY"]);
    }).not.to.throw();
  });
});

describe("Pulumi's settings file of a stack", () => {
  const folder = scratchFolder();

  it("gives plain values, and only the names of encrypted ones", () => {
    writeFileSync(
      join(folder.path, "Pulumi.dev.yaml"),
      "config:\n  agent-stack:agentPort: 8001\n  agent-stack:qdrantApiKey:\n    secure: v1:x\n  other:x: 1\n",
    );

    expect(readStackSettings(folder.path, "dev")).to.deep.equal({
      plain: { agentPort: "8001" },
      encrypted: ["qdrantApiKey"],
    });
  });
});
