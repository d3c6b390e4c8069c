import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const services = join(import.meta.dirname, "../../../infra/services");

describe("what a start need not do", () => {
  let folder = "";
  const python = (...words: string[]) =>
    execFileSync("python3", words, { cwd: folder, encoding: "utf8" });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "starts-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is to read more of Open WebUI's releases than it shows", () => {
    const releases = [9, 8, 7, 6, 5, 4].map(
      (n) => `## [0.${n}.0] - 2026-01-0${n}\n\n### Added\n\n- A ${n}.\n`,
    );
    const file = join(folder, "CHANGELOG.md");
    writeFileSync(file, `# Changelog\n\n${releases.join("\n")}`);

    python(join(services, "open-webui/newest_releases.py"), file, join(folder, "missing.md"));

    expect(readFileSync(file, "utf8")).to.equal(
      `# Changelog\n\n${releases.slice(0, 5).join("\n")}`,
    );
  });

  it("is to load Anthropic's client for Phoenix, until somebody wants it", () => {
    const models = join(folder, "pydantic_ai/models");
    mkdirSync(models, { recursive: true });
    for (const each of ["pydantic_ai", "pydantic_ai/models"])
      writeFileSync(join(folder, each, "__init__.py"), "");
    writeFileSync(join(models, "anthropic.py"), "print('loaded')\nclass AnthropicModel: pass\n");
    const prelude = readFileSync(join(services, "phoenix/lazy_anthropic.py"), "utf8");
    const program = [
      "from pydantic_ai.models.anthropic import AnthropicModelSettings",
      "print(AnthropicModelSettings(anthropic_cache=True))",
      "from pydantic_ai.models.anthropic import AnthropicModel",
      "print(AnthropicModel.__module__)",
      "import pydantic_ai.models.anthropic as real",
      "print(real.AnthropicModel is AnthropicModel)",
    ];

    const said = python("-c", `${prelude}${program.join("\n")}`);

    expect(said.trim().split("\n")).to.deep.equal([
      "{'anthropic_cache': True}",
      "loaded",
      "pydantic_ai.models.anthropic",
      "True",
    ]);
  });
});
