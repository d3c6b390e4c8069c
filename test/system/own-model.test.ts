import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { stackImage } from "../bench/stack-container.ts";
import { engineGateway, thisMachine } from "../support/engine-gateway.ts";
import { type LoneLitellm, startLoneLitellm } from "../support/lone-litellm.ts";
import { ownModels } from "../support/own-models.ts";
import { refusals } from "../support/model-turn.ts";
import { type ScriptedProviders, scriptedProviders } from "../support/scripted-provider.ts";

// The stack's own LiteLLM before a provider that answers by script: no stack is needed, only its image.

/** What sends the providers' own addresses to the script; an address in a setting is moved there, too. */
function standIns(port: number): Record<string, string> {
  const base = `http://${thisMachine}:${port}`;
  return {
    OPENAI_BASE_URL: `${base}/v1`,
    ANTHROPIC_BASE_URL: base,
    OPENROUTER_API_BASE: `${base}/api/v1`,
  };
}

function moved(settings: Readonly<Record<string, string>>, port: number): Record<string, string> {
  const here = `http://${thisMachine}:${port}`;
  const entries = Object.entries(settings).map(([name, value]) => [
    name,
    name === "PLANNER_API_BASE" ? value.replace(/^https?:\/\/[^/]+/, here) : value,
  ]);
  return { ...Object.fromEntries(entries), FALLBACK_MODEL: "none" } as Record<string, string>;
}

/** The key that a provider has to see, by the title of its section. */
const keys: Readonly<Record<string, string>> = {
  OpenRouter: "OPENROUTER_API_KEY",
  OpenAI: "PLANNER_API_KEY",
  "Azure OpenAI": "PLANNER_API_KEY",
  Anthropic: "PLANNER_API_KEY",
  "Several models, or anything else that LiteLLM knows": "ANTHROPIC_API_KEY",
};

describe("a model of your own, by docs/models.md", () => {
  let providers: ScriptedProviders;
  let litellm: LoneLitellm | undefined;
  beforeEach(async () => {
    providers = await scriptedProviders(engineGateway(stackImage("litellm")));
  });
  afterEach(async () => {
    litellm?.remove();
    litellm = undefined;
    await providers.close();
  });

  for (const { title, steps, settings, configYaml } of ownModels()) {
    it(`answers by ${title}, in at most five steps`, async () => {
      expect(steps.length).to.be.within(3, 5);
      litellm = await startLoneLitellm({
        settings: moved(settings, providers.port),
        configYaml,
        standIns: standIns(providers.port),
      });

      const response = await litellm.ask("planner", "Ready?");

      const body = await response.text();
      expect(response.status, `${body}\n${litellm.logs()}`).to.equal(200);
      expect(body).to.include("Ready.");
      const [asked] = providers.requests;
      expect(asked?.key).to.equal(settings[keys[title] ?? ""] ?? "none");
      const model = settings["PLANNER_MODEL"] ?? response.headers.get("x-litellm-model-name") ?? "";
      expect(response.headers.get("x-litellm-model-name")).to.equal(model);
      expect(`${asked?.path ?? ""} ${String(asked?.model)}`).to.include(
        model.split("/").slice(1).join("/"),
      );
    });
  }
});

describe("LiteLLM before a provider that refuses one person", () => {
  const noPicture = { status: 404, message: "No endpoints found that support image input" };
  const own = { PLANNER_MODEL: "openai/scripted", PLANNER_API_KEY: "sk-of-a-test-123456789" };
  let providers: ScriptedProviders;
  let litellm: LoneLitellm;
  afterEach(async () => {
    litellm.remove();
    await providers.close();
  });

  async function start(fallback: string, configYaml?: string, more = {}) {
    providers = await scriptedProviders(engineGateway(stackImage("litellm")), (sent) => {
      if (!sent.includes('"model":"scripted"') && !sent.includes('"model":"gpt-6-luna"'))
        return undefined;
      if (sent.includes("a picture")) return noPicture;
      return sent.includes("a wrong key") ? refusals.wrongKey : undefined;
    });
    litellm = await startLoneLitellm({
      settings: { ...own, FALLBACK_MODEL: fallback, ...more },
      configYaml,
      standIns: standIns(providers.port),
    });
  }
  const answeredBy = async (content: string) => {
    const response = await litellm.ask("planner", content);
    const body = await response.text();
    return [response.status, response.headers.get("x-litellm-model-name"), body] as const;
  };

  it("says the same each time, and answers the others by the right model", async () => {
    await start("none");

    for (const [content, status, words] of [
      ["a picture", 404, noPicture.message],
      ["a wrong key", 401, refusals.wrongKey.message],
    ] as const) {
      for (const time of [1, 2]) {
        const [refused, , body] = await answeredBy(content);
        expect([refused, body.includes(words)], `${content}, time ${time}`).to.deep.equal([
          status,
          true,
        ]);
        expect((await answeredBy("Ready?")).slice(0, 2)).to.deep.equal([200, "openai/scripted"]);
      }
    }
  });

  it("answers the one by the fallback, which says so, and the others by the right model", async () => {
    await start("openai/other");

    for (const content of ["a picture", "a wrong key"]) {
      const response = await litellm.ask("planner", content);
      expect(response.status).to.equal(200);
      expect(response.headers.get("x-litellm-model-name")).to.equal("openai/other");
      expect(response.headers.get("x-litellm-attempted-fallbacks")).to.equal("1");
      expect((await answeredBy("Ready?")).slice(0, 2)).to.deep.equal([200, "openai/scripted"]);
    }
  });

  it("starts with a team's config.yaml, and answers through its alias, cache and guardrail", async () => {
    const team = readFileSync(
      join(import.meta.dirname, "../support/litellm-configs/team.yaml"),
      "utf8",
    ).replace("    - generic_api\n", "");
    await start("openai/other", team, {
      OPENAI_API_KEY: "sk-openai-123456789",
      ANTHROPIC_API_KEY: "sk-ant-123456789",
    });

    expect((await answeredBy("Ready?")).slice(0, 2)).to.deep.equal([200, "openai/gpt-6-luna"]);
    expect((await answeredBy("Ready?")).slice(0, 1)).to.deep.equal([200]);
    expect(providers.requests, "the second is of the cache").to.have.length(1);
    expect((await answeredBy("a picture"))[1]).to.equal("openai/other");
    expect((await answeredBy("My number is 123-45-6789."))[0]).to.equal(200);
    expect(providers.requests.at(-1)?.sent).to.include("My number is").and.not.include("6789");
  });
});
