import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../../..");

describe("the engine's SDK", () => {
  it("is whole, and comes without npm's installer", () => {
    const sdk = JSON.stringify(join(root, "cli/pulumi/lean-sdk.ts"));
    const script = `
      import { createRequire } from "node:module";
      const { automation } = await import(${sdk});
      const { cache } = createRequire(${sdk});
      const loaded = Object.keys(cache).filter((path) => cache[path].children.length > 0);
      console.log(JSON.stringify({ loaded, api: Object.keys(automation) }));`;
    const words = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
    const { loaded, api } = JSON.parse(
      execFileSync(process.execPath, words, { encoding: "utf8" }),
    ) as { readonly loaded: readonly string[]; readonly api: readonly string[] };

    expect(api).to.include.members(["LocalWorkspace", "PulumiCommand", "Stack"]);
    expect(loaded.filter((path) => path.includes("@pulumi/pulumi"))).not.to.deep.equal([]);
    expect(loaded.filter((path) => /@npmcli|pacote|sigstore/.test(path))).to.deep.equal([]);
  });
});
