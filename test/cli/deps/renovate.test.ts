import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { heldBack } from "../../../cli/deps/held-back.ts";
import { registryImages } from "../../../infra/images/registry-images.ts";

interface PackageRule {
  readonly matchPackageNames: readonly string[];
  readonly major?: { readonly enabled: boolean };
  readonly versioning?: string;
}

interface RenovateConfig {
  readonly customManagers: readonly [{ readonly matchStrings: readonly [string] }];
  readonly packageRules: readonly PackageRule[];
}

const root = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { customManagers, packageRules } = JSON.parse(read("renovate.json")) as RenovateConfig;

describe("renovate.json", () => {
  it("finds every published image and its tag", () => {
    const [{ matchStrings }] = customManagers;
    const found = [
      ...read("infra/images/registry-images.json").matchAll(new RegExp(matchStrings[0], "g")),
    ];

    expect(
      found.map(({ groups }) => [groups?.["depName"], groups?.["currentValue"]]),
    ).to.deep.equal(Object.values(registryImages).map(({ repository, tag }) => [repository, tag]));
  });

  it("can read the version in every tag that is not plain", () => {
    const tags = Object.values(registryImages).map(({ repository, tag }) => ({
      tag,
      versioning: packageRules.find(({ matchPackageNames, versioning }) =>
        Boolean(versioning && matchPackageNames.includes(repository)),
      )?.versioning,
    }));
    const ruled = tags.filter(({ versioning }) => versioning !== undefined);

    expect(ruled).to.have.length(4);
    for (const { tag, versioning = "" } of ruled) {
      expect(tag).to.match(new RegExp(versioning.replace(/^regex:/, "")));
    }
  });

  it("holds back what deps check holds back", () => {
    const held = packageRules.filter(({ major }) => major?.enabled === false);

    expect(held.flatMap(({ matchPackageNames }) => matchPackageNames)).to.have.members(
      Object.keys(heldBack),
    );
  });
});
