import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkModels } from "../../../cli/deps/check-models.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const repository = join(import.meta.dirname, "../../..");
const today = new Date("2026-11-29");

describe("deps check on models", () => {
  const folder = scratchFolder();
  beforeEach(() => {
    const litellm = "infra/services/litellm";
    mkdirSync(join(folder.path, litellm), { recursive: true });
    cpSync(join(repository, litellm, "config.yaml"), join(folder.path, litellm, "config.yaml"));
  });
  const check = () => checkModels({ root: folder.path, stackName: "dev", environment: {} }, today);

  it("needs no secrets of a first up, and finds nothing where the local model answers", () => {
    expect(check()).to.deep.equal([]);
  });

  it("names one that is about to end, where it is chosen and when it ends", () => {
    writeFileSync(
      join(folder.path, ".env"),
      "OPENROUTER_API_KEY=or-key-123456789\nPLANNER_MODEL=openrouter/openai/gpt-4o-mini\n",
    );

    expect(check()).to.deep.equal([
      {
        area: "models",
        name: "openrouter/openai/gpt-4o-mini",
        where: "PLANNER_MODEL",
        pinned: "planner",
        newest: "ends 2027-01-14",
        scope: "runtime",
        state: "behind",
        todo: "Choose another model in PLANNER_MODEL: its provider ends this one.",
      },
    ]);
  });

  it("has nothing to do where no end is announced", () => {
    writeFileSync(
      join(folder.path, ".env"),
      "OPENROUTER_API_KEY=or-key-123456789\nPLANNER_MODEL=\n",
    );

    expect(check().map(({ state }) => state)).to.deep.equal(["current"]);
  });
});
