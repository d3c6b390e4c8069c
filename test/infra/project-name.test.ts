import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { projectName } from "../../infra/project-name.ts";

const root = join(import.meta.dirname, "../..");

describe("the project's name", () => {
  it("is the same in Pulumi.yaml and package.json, which can't import it", () => {
    const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string };
    const npm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { name: string };

    expect([project.name, npm.name]).to.deep.equal([projectName, projectName]);
  });
});
