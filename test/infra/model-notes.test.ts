import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonPins } from "../../cli/deps/python-pins.ts";
import { factsOfLitellm, modelFacts } from "../../infra/services/litellm/model-facts.ts";
import { modelNotes } from "../../infra/services/litellm/model-notes.ts";
import { plannerModel } from "../../infra/services/planner.ts";
import { settingsWith } from "../support/settings.ts";

const folder = join(import.meta.dirname, "../../infra/services/litellm");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const shipped = read("config.yaml");
const today = new Date("2026-11-29");
const key = { OPENROUTER_API_KEY: "or-key-123456789" };

function notesOf(overrides: Readonly<Record<string, string>>, yaml = shipped): string[] {
  return modelNotes(yaml, settingsWith(overrides), today).map(({ what }) => what);
}

describe("what is known of models", () => {
  it("is of the LiteLLM that is pinned; else: npm run facts:models", () => {
    const pins = pythonPins("litellm", read("requirements.in"), read("requirements.txt"));

    expect(pins.find(({ name }) => name === "litellm")?.locked).to.equal(factsOfLitellm);
  });

  it("finds a name with its provider, alone, and behind OpenRouter", () => {
    for (const model of ["openai/gpt-4o-mini", "gpt-4o-mini", "openrouter/openai/gpt-4o-mini"]) {
      expect(modelFacts(model), model).to.deep.equal({
        ends: "2027-01-14",
        isPriced: true,
        callsTools: true,
      });
    }
    expect(modelFacts("openrouter/anthropic/claude-sonnet-4.5:free")?.ends).to.equal("2026-11-30");
    expect(modelFacts("openai/of-our-own")).to.equal(undefined);
  });
});

describe("the default model", () => {
  it("calls tools, and no end of it is announced", () => {
    const model = plannerModel(settingsWith(key));

    expect(modelFacts(model)).to.deep.include({ callsTools: true, ends: undefined });
    expect(notesOf(key)).to.deep.equal([]);
  });
});

describe("notes on the models", () => {
  it("name one that ends within three months, and where it is chosen", () => {
    const settings = settingsWith({ ...key, PLANNER_MODEL: "openrouter/openai/gpt-4o-mini" });

    expect(modelNotes(shipped, settings, today)).to.deep.equal([
      {
        what: "openrouter/openai/gpt-4o-mini, which answers as planner, ends on 2027-01-14.",
        remedy: "Choose another model in PLANNER_MODEL, and run ./stack up.",
      },
    ]);
    expect(modelNotes(shipped, settings, new Date("2026-06-01"))).to.deep.equal([]);
    expect(modelNotes(shipped, settings, new Date("2027-02-01"))[0]?.what).to.include("ended on");
  });

  it("name a fallback and a model of config.yaml, and no server's own of the same name", () => {
    const yaml = shipped.replace(
      "model_list:",
      "model_list:\n  - { model_name: old, litellm_params: { model: gpt-4o } }",
    );
    const fallback = { ...key, FALLBACK_MODEL: "openrouter/openai/gpt-4o" };
    const own = {
      PLANNER_MODEL: "openai/gpt-4o",
      PLANNER_API_BASE: "http://host.docker.internal:8000/v1",
    };

    expect(notesOf(fallback, yaml)).to.deep.equal([
      "gpt-4o, which answers as old, ends on 2027-01-14.",
      "openrouter/openai/gpt-4o, which answers as fallback, ends on 2027-01-14.",
    ]);
    expect(notesOf(own)).to.deep.equal([]);
  });

  it("say that a budget can't count without a price, until config.yaml has one", () => {
    const own = {
      PLANNER_MODEL: "openai/qwen3",
      PLANNER_API_BASE: "http://host.docker.internal:8000/v1",
      PLANNER_MAX_BUDGET: "5",
    };
    const priced = shipped.replace(
      "timeout: 120",
      "timeout: 120\n      input_cost_per_token: 0.000001\n      output_cost_per_token: 0.000002",
    );
    const like = shipped.replace(
      "      timeout: 120",
      "      timeout: 120\n    model_info: { base_model: azure/gpt-6-luna }",
    );

    expect(notesOf(own)).to.deep.equal([
      "PLANNER_MAX_BUDGET can't count: LiteLLM knows no price of openai/qwen3.",
    ]);
    expect(notesOf(own, priced)).to.deep.equal([]);
    expect(notesOf(own, like)).to.deep.equal([]);
    expect(notesOf({ ...key, PLANNER_MAX_BUDGET: "5" })).to.deep.equal([]);
  });

  it("say which setting is stronger than config.yaml, and which has no effect", () => {
    const limited = shipped.replace("timeout: 120", "timeout: 120\n      max_tokens: 50");
    const wildcard = "model_list: [{ model_name: '*', litellm_params: { model: 'openai/*' } }]";

    expect(notesOf({ PLANNER_MAX_TOKENS: "100" }, limited)).to.deep.equal([
      "max_tokens of planner is 100 by PLANNER_MAX_TOKENS, not as infra/services/litellm/config.yaml says.",
    ]);
    expect(notesOf({ PLANNER_MAX_TOKENS: "50" }, limited)).to.deep.equal([]);
    expect(notesOf({ PLANNER_RPM: "5" }, wildcard)[0]).to.include("have no effect");
  });

  it("name a key that is in config.yaml itself, without its text", () => {
    const yaml = shipped.replace("api_key: none", "api_key: sk-plain-123456789");

    expect(notesOf({}, yaml)).to.have.length(1);
    expect(notesOf({}, yaml)[0]).to.match(/^api_key of embed is in .* as plain text/);
    expect(JSON.stringify(modelNotes(yaml, settingsWith(), today))).not.to.include("sk-plain");
  });
});
