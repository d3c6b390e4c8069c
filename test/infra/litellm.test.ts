import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configWithSettings } from "../../infra/services/litellm/config-with-settings.ts";
import { internalUrl } from "../../infra/services/endpoints.ts";
import { StackError } from "../../infra/stack-error.ts";
import { desiredWith } from "../support/desired.ts";
import { settingsWith } from "../support/settings.ts";

const shipped = readFileSync(
  join(import.meta.dirname, "../../infra/services/litellm/config.yaml"),
  "utf8",
);
const key = { OPENROUTER_API_KEY: "or-key-123456789" };

interface Config {
  readonly model_list: readonly {
    readonly model_name: string;
    readonly litellm_params: Readonly<Record<string, unknown>>;
  }[];
  readonly router_settings: { readonly fallbacks?: readonly unknown[] };
  readonly litellm_settings: { readonly callbacks?: readonly string[] };
}

function configWith(overrides: Readonly<Record<string, string>>, yaml = shipped): Config {
  return parse(configWithSettings(yaml, settingsWith(overrides)), { version: "1.1" }) as Config;
}

function servicesWith(overrides: Readonly<Record<string, string>>): string[] {
  return desiredWith(overrides).specs.map(({ name }) => name);
}

function specWith(overrides: Readonly<Record<string, string>>) {
  const spec = desiredWith(overrides).specs.find(({ name }) => name === "litellm");
  if (!spec) throw new Error("unreachable");
  return spec;
}

function litellmWith(overrides: Readonly<Record<string, string>>) {
  return specWith(overrides).environment;
}

describe("config.yaml", () => {
  it("reaches the embeddings where endpoints.ts says", () => {
    const embed = configWith({}).model_list.find(({ model_name }) => model_name === "embed");

    expect(embed?.litellm_params["api_base"]).to.equal(`${internalUrl("embeddings")}/v1`);
  });
});

describe("planner", () => {
  it("is the local model without a key, with nothing behind it", () => {
    expect(litellmWith({})).to.include({
      PLANNER_MODEL: "openai/local",
      PLANNER_API_BASE: "http://model:8080/v1",
    });
    expect(configWith({}).router_settings).not.to.have.property("fallbacks");
  });

  it("is the provider's with a key, and the local model stands in when it fails", () => {
    const config = configWith(key);

    expect(litellmWith(key)).to.deep.include({
      PLANNER_MODEL: "openrouter/openai/gpt-4o-mini",
      PLANNER_API_KEY: { secret: key.OPENROUTER_API_KEY },
      FALLBACK_MODEL: "openai/local",
    });
    expect(config.router_settings.fallbacks).to.deep.equal([{ planner: ["fallback"] }]);
    expect(config.model_list.map(({ model_name }) => model_name)).to.include("fallback");
    expect(servicesWith(key)).to.include("model");
  });

  it("has no fallback, and no local model runs, where FALLBACK_MODEL is none", () => {
    const alone = { ...key, FALLBACK_MODEL: "none" };

    expect(configWith(alone).router_settings).not.to.have.property("fallbacks");
    expect(litellmWith(alone)).not.to.have.property("FALLBACK_MODEL");
    expect(servicesWith(alone)).not.to.include("model");
  });

  it("falls back to another model of the provider, called with the same key", () => {
    const other = { ...key, FALLBACK_MODEL: "openrouter/meta-llama/llama-3.3-70b-instruct" };

    expect(litellmWith(other)).to.deep.include({
      FALLBACK_MODEL: other.FALLBACK_MODEL,
      FALLBACK_API_KEY: { secret: key.OPENROUTER_API_KEY },
    });
    expect(servicesWith(other)).not.to.include("model");
  });

  it("keeps an operator's own fallbacks in front of ours", () => {
    const edited = shipped.replace(
      "router_settings:",
      "router_settings:\n  fallbacks:\n    - embed: [planner]",
    );

    expect(configWith(key, edited).router_settings.fallbacks).to.deep.equal([
      { embed: ["planner"] },
      { planner: ["fallback"] },
    ]);
  });

  it("gets its limits as numbers, and none that is not set", () => {
    const limits = { PLANNER_TEMPERATURE: "0", PLANNER_MAX_BUDGET: "2.5", PLANNER_RPM: "60" };
    const [planner] = configWith(limits).model_list;

    expect(planner?.litellm_params).to.include({ temperature: 0, max_budget: 2.5, rpm: 60 });
    expect(planner?.litellm_params).not.to.have.any.keys("max_tokens", "budget_duration");
  });

  it("takes aliases, merges and empty sections, as LiteLLM itself does", () => {
    const yaml = `
main: &main
  model: os.environ/PLANNER_MODEL
  timeout: 60
model_list:
  - model_name: planner
    litellm_params: *main
  - model_name: second
    litellm_params: { <<: *main, timeout: 5, mode: "on", stream: on }
  - model_name: embed
    litellm_params:
router_settings:
litellm_settings:
general_settings:
`;
    const config = configWith({ ...key, PLANNER_RPM: "60" }, yaml);

    const params = config.model_list.map(({ litellm_params }) => litellm_params);
    expect(params[0]).to.deep.equal({ model: "os.environ/PLANNER_MODEL", timeout: 60, rpm: 60 });
    expect(params[1]).to.deep.equal({
      model: "os.environ/PLANNER_MODEL",
      timeout: 5,
      mode: "on",
      stream: true,
    });
    expect(config.router_settings.fallbacks).to.deep.equal([{ planner: ["fallback"] }]);
  });

  it("takes an alias or a wildcard for the models that the stack calls", () => {
    const wildcard = "model_list: [{ model_name: '*', litellm_params: { model: 'openai/*' } }]";
    const alias = shipped
      .replace("model_name: planner", "model_name: gpt")
      .replace("router_settings:", "router_settings:\n  model_group_alias: { planner: gpt }");

    expect(() => configWith({}, wildcard)).not.to.throw();
    expect(() => configWith({}, alias)).not.to.throw();
  });

  for (const [what, yaml, said] of [
    ["is not YAML", "model_list: [", "config.yaml can't be used"],
    ["is empty", "", "config.yaml can't be used"],
    ["has an alias of nothing", "model_list: *none", "none"],
    [
      "has a section of another kind",
      shipped.replace(/router_settings:\n.*\n.*/, "router_settings: []"),
      "router_settings",
    ],
    [
      "has no embed",
      shipped.replace("model_name: embed", "model_name: other"),
      "no model_name embed",
    ],
    [
      "has its own key",
      shipped.replace("os.environ/LITELLM_MASTER_KEY", "sk-mine-12345"),
      "its own master_key",
    ],
  ] as const) {
    it(`refuses in words a file that ${what}`, () => {
      const act = () => configWith({}, yaml);

      expect(act).to.throw(StackError, said);
      expect(act).not.to.throw("sk-mine-12345");
    });
  }
});

describe("LiteLLM's spans", () => {
  const sectionWith = (yaml: string) => configWith({}, yaml).litellm_settings;

  it("are made by our module, which is beside config.yaml", () => {
    const { files } = specWith({});

    expect(configWith({}).litellm_settings.callbacks).to.deep.equal(["phoenix_spans.callback"]);
    expect(files.map(({ path }) => path)).to.deep.equal([
      "/etc/litellm/config.yaml",
      "/etc/litellm/phoenix_spans.py",
    ]);
    expect(files[1]?.content).to.match(/^callback: /m);
  });

  it("are so wherever an operator lists arize_phoenix, and other callbacks stay", () => {
    const edited = shipped.replace(
      /callbacks:\n.*arize_phoenix/,
      "callbacks: prometheus\n  success_callback: [arize_phoenix, lago]",
    );

    expect(sectionWith(edited)).to.deep.include({
      callbacks: ["phoenix_spans.callback", "prometheus"],
      success_callback: ["lago"],
    });
  });

  it("are none where an operator has taken it out", () => {
    const edited = shipped.replace("- arize_phoenix", "- prometheus");

    expect(sectionWith(edited).callbacks).to.deep.equal(["prometheus"]);
  });

  it("tell no words as soon as a setting hides any in traces", () => {
    const hides = (settings: Readonly<Record<string, string>>) =>
      litellmWith(settings)["HIDE_WORDS_IN_SPANS"];

    expect(hides({})).to.equal("false");
    expect(hides({ OPENINFERENCE_HIDE_LLM_TOOLS: "true" })).to.equal("true");
    expect(hides({ OPENINFERENCE_HIDE_INPUT_TEXT: "true" })).to.equal("true");
  });
});
