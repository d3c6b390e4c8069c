import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configWithSettings } from "../../infra/services/litellm/config-with-settings.ts";
import { internalUrl } from "../../infra/services/endpoints.ts";
import { variablesOf } from "../../infra/services/litellm/config-variables.ts";
import { litellm } from "../../infra/services/litellm/service.ts";
import { withSecretsNamed } from "../../infra/render-compose.ts";
import type { Settings } from "../../infra/settings/definitions.ts";
import { StackError } from "../../infra/stack-error.ts";
import { desiredWith, testSources } from "../support/desired.ts";
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
    readonly model_info?: Readonly<Record<string, unknown>>;
  }[];
  readonly router_settings: { readonly fallbacks?: readonly unknown[] };
  readonly litellm_settings: { readonly callbacks?: readonly string[] };
}

function configWith(
  overrides: Readonly<Record<string, string>>,
  yaml = shipped,
  variables: Readonly<Record<string, string>> = {},
): Config {
  const settings = settingsWith(overrides, variables);
  return parse(configWithSettings(yaml, settings), { version: "1.1" }) as Config;
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
      PLANNER_MODEL: "openrouter/openai/gpt-6-luna",
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

  const ollama = {
    PLANNER_MODEL: "openai/qwen3",
    PLANNER_API_BASE: "http://host.docker.internal:11434/v1",
  };

  it("may be a server without keys: LiteLLM gets the text that its client asks for, and no key of another", () => {
    expect(litellmWith(ollama)).to.include({ ...ollama, PLANNER_API_KEY: "none" });
    expect(litellmWith({ ...ollama, ...key })).to.include({ PLANNER_API_KEY: "none" });
  });

  it("has no key of another provider where it has none itself", () => {
    const anthropic = { ...key, PLANNER_MODEL: "anthropic/claude-sonnet-5-5" };

    expect(litellmWith(anthropic)).to.include({ PLANNER_API_KEY: "" });
  });

  it("finds this machine by host.docker.internal on Linux too", () => {
    const { specs, containers } = desiredWith(ollama);
    const reaching = containers.filter(({ args }) => args.hosts !== undefined);

    expect(reaching.map(({ service }) => service)).to.deep.equal(["litellm"]);
    expect(reaching[0]?.args.hosts).to.deep.equal([
      { host: "host.docker.internal", ip: "host-gateway" },
    ]);
    expect(specs.filter(({ reachesHost }) => reachesHost).map(({ name }) => name)).to.deep.equal([
      "litellm",
    ]);
  });

  for (const [written, meant] of [
    ["http://localhost:11434/v1", "http://host.docker.internal:11434/v1"],
    ["http://127.0.0.1:8080/v1/", "http://host.docker.internal:8080/v1"],
    ["https://[::1]:1234", "https://host.docker.internal:1234"],
    ["http://0.0.0.0:8000/v1", "http://host.docker.internal:8000/v1"],
  ] as const) {
    it(`is refused at ${written}, with the address that was meant`, () => {
      const act = () => settingsWith({ ...ollama, PLANNER_API_BASE: written });

      expect(act).to.throw(StackError, `Write ${meant}, and have the server listen on 0.0.0.0`);
    });
  }

  it("is refused without the name of a model where an address is given", () => {
    const act = () => settingsWith({ PLANNER_API_BASE: ollama.PLANNER_API_BASE });

    expect(act).to.throw(StackError, "PLANNER_API_BASE is set and PLANNER_MODEL is not");
  });

  it("shares its address and key with a fallback of the same provider alone", () => {
    const azure = {
      PLANNER_MODEL: "azure/large",
      PLANNER_API_BASE: "https://ours.openai.azure.com",
      PLANNER_API_KEY: "azure-key-123456789",
    };

    expect(litellmWith({ ...azure, FALLBACK_MODEL: "azure/small" })).to.deep.include({
      FALLBACK_API_BASE: azure.PLANNER_API_BASE,
      FALLBACK_API_KEY: { secret: azure.PLANNER_API_KEY },
    });
    const other = { ...azure, ...key, FALLBACK_MODEL: "openrouter/openai/gpt-6-luna" };
    expect(litellmWith(other)).to.deep.include({
      FALLBACK_API_BASE: "",
      FALLBACK_API_KEY: { secret: key.OPENROUTER_API_KEY },
    });
  });

  it("falls back to ours beside an operator's own model of that name", () => {
    const edited = shipped.replace(
      "model_list:",
      "model_list:\n  - { model_name: fallback, litellm_params: { model: openai/theirs } }",
    );
    const config = configWith(key, edited);

    expect(config.router_settings.fallbacks).to.deep.equal([{ planner: ["stack-fallback"] }]);
    expect(config.model_list.map(({ model_name }) => model_name)).to.include.members([
      "fallback",
      "stack-fallback",
    ]);
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
    expect(planner?.litellm_params).not.to.have.any.keys("max_tokens", "api_version");
  });

  it("counts a budget that no duration is given for: LiteLLM alone would not", () => {
    const of = (limits: Readonly<Record<string, string>>, yaml = shipped) =>
      configWith(limits, yaml).model_list[0]?.litellm_params["budget_duration"];
    const said = shipped.replace("timeout: 120", "timeout: 120\n      budget_duration: 7d");

    expect(of({ PLANNER_MAX_BUDGET: "5" })).to.equal("3650d");
    expect(of({ PLANNER_MAX_BUDGET: "5", PLANNER_BUDGET_DURATION: "1d" })).to.equal("1d");
    expect(of({ PLANNER_MAX_BUDGET: "5" }, said)).to.equal("7d");
    expect(of({})).to.equal(undefined);
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
    [
      "names a loopback address",
      shipped.replace("http://embeddings:8000/v1", "http://localhost:9000/v1"),
      "Write http://host.docker.internal:9000/v1",
    ],
    ["includes other files", `include: [more.yaml]\n${shipped}`, "includes other files"],
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

describe("cooldowns", () => {
  const rules = (yaml: string) =>
    configWith(key, yaml).model_list.map(({ model_name, model_info }) => [
      model_name,
      model_info?.["cooldown_time"] ?? model_info?.["allowed_fails_policy"],
    ]);

  it("are none where one deployment has the name, and the rest of model_info stays", () => {
    expect(rules(shipped)).to.deep.equal([
      ["planner", 0],
      ["embed", 0],
      ["fallback", 0],
    ]);
    expect(configWith({}).model_list[1]?.model_info).to.include({ mode: "embedding" });
  });

  it("are not for errors that waiting can't cure where several have it", () => {
    const twice = shipped.replace(
      "model_list:",
      "model_list:\n  - { model_name: planner, litellm_params: { model: openai/other } }",
    );
    const policy = {
      AuthenticationErrorAllowedFails: 1_000_000,
      NotFoundErrorAllowedFails: 1_000_000,
      RateLimitErrorAllowedFails: 0,
    };

    expect(rules(twice)).to.deep.equal([
      ["planner", policy],
      ["planner", policy],
      ["embed", 0],
      ["fallback", 0],
    ]);
  });

  it("are the operator's where config.yaml says something about them", () => {
    const ofOne = shipped.replace("mode: embedding", "mode: embedding\n      cooldown_time: 30");
    const ofAll = shipped.replace("num_retries: 1", "num_retries: 1\n  allowed_fails: 5");

    expect(rules(ofOne)).to.deep.include(["embed", 30]);
    expect(rules(ofAll)).to.deep.equal([
      ["planner", undefined],
      ["embed", undefined],
      ["fallback", undefined],
    ]);
  });
});

describe("what config.yaml reads from the environment", () => {
  const yaml = `${shipped}
environment_variables:
  OWN_VARIABLE: own
`.replace(
    "model_list:",
    `model_list:
  - &gpt
    model_name: gpt
    litellm_params: { model: openai/gpt-6-luna, api_key: os.environ/OPENAI_API_KEY }
  - { <<: *gpt, model_name: gpt-again }
  - { model_name: own, litellm_params: { model: openai/x, api_key: os.environ/OWN_VARIABLE } }
  - { model_name: or, litellm_params: { model: openrouter/x, api_key: os.environ/OPENROUTER_API_KEY } }`,
  );
  const openai = { OPENAI_API_KEY: "sk-openai-123456789" };
  const specWith = (settings: Settings) =>
    litellm(settings, (path) => (path.endsWith("config.yaml") ? yaml : testSources.readText(path)));

  it("is found behind anchors, and not where the file sets it by itself", () => {
    expect(variablesOf(yaml)).to.deep.equal(["OPENAI_API_KEY", "OPENROUTER_API_KEY"]);
    expect(variablesOf("model_list: [")).to.deep.equal([]);
  });

  it("reaches LiteLLM as a secret, a setting by its name too", () => {
    expect(specWith(settingsWith(key, openai)).environment).to.deep.include({
      OPENAI_API_KEY: { secret: openai.OPENAI_API_KEY },
      OPENROUTER_API_KEY: { secret: key.OPENROUTER_API_KEY },
    });
  });

  it("is an error that names it where nothing gives it, an empty line of the template included", () => {
    expect(() => specWith(settingsWith({}, openai))).to.throw(
      StackError,
      "reads OPENROUTER_API_KEY from the environment, and no setting gives it",
    );
    expect(() => specWith(settingsWith(key)))
      .to.throw(StackError)
      .with.property("remedy")
      .that.includes("OPENAI_API_KEY=… into the stack's .env file");
  });

  it("may be empty where a line says so", () => {
    const { environment } = specWith(settingsWith(key, { OPENAI_API_KEY: "" }));

    expect(environment).to.include({ OPENAI_API_KEY: "" });
  });

  it("is a variable of the exported Compose file", () => {
    const named = withSecretsNamed(settingsWith(key, openai));

    expect(named.variables["OPENAI_API_KEY"]).not.to.include(openai.OPENAI_API_KEY);
    expect(named.variables["OPENAI_API_KEY"]).to.include("OPENAI_API_KEY");
  });
});

describe("a config.yaml of an operator", () => {
  const yaml = readFileSync(
    join(import.meta.dirname, "../support/litellm-configs/team.yaml"),
    "utf8",
  );
  const keys = { OPENAI_API_KEY: "sk-openai-123456789", ANTHROPIC_API_KEY: "sk-ant-123456789" };

  it("keeps its guardrails, cache, callbacks, wildcards and aliases beside what the stack adds", () => {
    const config = configWith(key, yaml, keys) as unknown as Record<string, unknown>;

    expect(config["guardrails"]).to.have.length(1);
    expect(config["litellm_settings"]).to.deep.include({
      cache: true,
      cache_params: { type: "local", ttl: 60 },
      callbacks: ["phoenix_spans.callback", "generic_api"],
    });
    const { model_list: models } = configWith(key, yaml, keys);
    const [first] = models;
    expect(first?.litellm_params).to.include({ model: "openai/gpt-6-luna", timeout: 60 });
    expect(models.map(({ model_name }) => model_name)).to.deep.equal([
      ...["gpt", "claude", "embed", "anthropic/*", "fallback"],
    ]);
    expect(config["router_settings"]).to.deep.include({
      model_group_alias: { planner: "gpt" },
      fallbacks: [{ gpt: ["claude"] }, { planner: ["fallback"] }],
    });
  });
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
