import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { definitions } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import {
  declaredKeys,
  isDeclaredDefault,
  withProjectConfig,
} from "../../infra/settings/project-config.ts";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";

const root = join(import.meta.dirname, "../..");

describe("the config block of Pulumi.yaml", () => {
  const { config, backend } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: unknown;
    backend: { url: string };
  };

  it("declares every setting, with a default, below what is written by hand", () => {
    expect(config).to.deep.equal(declaredKeys());
    expect(Object.keys(config as object)).to.deep.equal(settingNames.map(pulumiName));
    expect(backend.url).to.equal("file://./.stack/state");
  });

  it("says which settings are secret, and has a value of none", () => {
    for (const name of settingNames.filter((each) => definitions[each].secret)) {
      const key = declaredKeys()[pulumiName(name)];

      expect(key).to.include({ secret: true, default: "" });
      // Pulumi would refuse the empty default of a typed one: it is not encrypted.
      expect(key).not.to.have.property("type");
    }
  });

  it("has numbers as integers, so that Pulumi refuses a word", () => {
    expect(declaredKeys()["agentPort"]).to.include({ type: "integer", default: 8000 });
  });

  it("is written again as it was", () => {
    const written = readFileSync(join(root, "Pulumi.yaml"), "utf8");

    expect(withProjectConfig(written)).to.equal(written);
    expect(withProjectConfig("name: agent-stack\n")).to.match(/^name: agent-stack\n# .*config:\n/s);
  });

  it("tells a value that somebody set from the default that Pulumi fills in", () => {
    expect(isDeclaredDefault("agentPort", "8000")).to.equal(true);
    expect(isDeclaredDefault("agentPort", "8001")).to.equal(false);
    expect(isDeclaredDefault("unknown", "")).to.equal(false);
  });
});
