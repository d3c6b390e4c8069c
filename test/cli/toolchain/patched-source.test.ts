import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { patch } from "../../../cli/toolchain/patched-source.ts";

describe("a patched module", () => {
  let scratch: string;
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(scratch, name)), { recursive: true });
    writeFileSync(join(scratch, name), text);
  };
  const read = (name: string) => readFileSync(join(scratch, name), "utf8");

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "patched-source-"));
    put("module/cloud/big.go", "package cloud // big");
    put("module/cloud/kept.go", "package cloud // kept");
    put("module/cloud/inner/inner.go", "package inner");
    put("module/wait.go", "const wait = 2 * time.Second");
    put("ours/cloud/small.go", "package cloud // small");
  });

  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  const module = () => join(scratch, "module");

  it("has our files in place of a package's own, but for those that are kept", async () => {
    await patch(module(), {
      module: "example.org/module",
      replaced: join(scratch, "ours"),
      emptied: [{ folder: "cloud", keep: ["kept.go"] }],
    });
    expect(() => read("module/cloud/big.go")).to.throw("ENOENT");
    expect(read("module/cloud/kept.go")).to.contain("kept");
    expect(read("module/cloud/small.go")).to.contain("small");
    expect(read("module/cloud/inner/inner.go")).to.equal("package inner");
  });

  it("has the edited text", async () => {
    const edits = [{ file: "wait.go", from: "2 * time.Second", to: "20 * time.Millisecond" }];
    await patch(module(), { module: "example.org/module", edits });
    expect(read("module/wait.go")).to.equal("const wait = 20 * time.Millisecond");
  });

  for (const [text, why] of [
    ["const wait = 3 * time.Second", "is not there"],
    ["a = 2 * time.Second; b = 2 * time.Second", "is there twice"],
  ] as const) {
    it(`is refused when the text of an edit ${why}`, async () => {
      put("module/wait.go", text);
      const edits = [{ file: "wait.go", from: "2 * time.Second", to: "1" }];
      const error = await patch(module(), { module: "example.org/module", edits }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect((error as Error).message).to.contain("its module's pin has moved");
      expect(read("module/wait.go")).to.equal(text);
    });
  }
});
