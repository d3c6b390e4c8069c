import { expect } from "chai";
import { asApiError, ServerRefusal } from "../../../agent/adapters/model-failure.ts";
import { isOfProvider, providerWords } from "../../../agent/adapters/provider-words.ts";

// As LiteLLM 1.108.7 says them.
const behind =
  "\n\nLiteLLM: model group 'planner' failed with the error above. No fallback was attempted.";
const said = (words: string) => words + behind;

const wrongKey = said(
  "litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: " +
    "sk-proj-4f0a1b2c3d4e5f6a. You can find your API key at https://platform.openai.com.",
);
const noPicture = said(
  "litellm.NotFoundError: NotFoundError: OpenrouterException - " +
    '{"error":{"message":"No endpoints found that support image input","code":404}}',
);

describe("a provider's words", () => {
  for (const [what, message, words] of [
    [
      "an exception of LiteLLM",
      said("litellm.BadRequestError: OpenAIException - Invalid value for tools"),
      "Invalid value for tools",
    ],
    ["JSON as it came", noPicture, "No endpoints found that support image input"],
    [
      "JSON with a text for its error",
      said('litellm.APIConnectionError: Ollama_chatException - {"error":"model not found"}'),
      "model not found",
    ],
    ["nothing of LiteLLM's", "Unsupported parameter: x.", "Unsupported parameter: x."],
  ] as const) {
    it(`are taken out of ${what}`, () => {
      expect(providerWords(message)).to.equal(words);
    });
  }

  for (const key of [
    "sk-proj-4f0a1b2c3d4e5f6a",
    "sk-or-v1-0123456789abcdef0123456789abcdef",
    "sk-ant-api03-abcdefgh",
    "sk-ab***wxyz",
    "gsk_0123456789abcdef",
    "xai-0123456789abcdef",
    "AIzaSyA0123456789abcdef",
    "hf_abcdefghijklmnop",
    "0123456789abcdef0123456789abcdef",
    "Bearer 0123456789",
  ]) {
    it(`are without the key ${key.slice(0, 6)}…`, () => {
      const words = providerWords(said(`litellm.X: OpenAIException - Wrong key: ${key}.`));

      expect(words).to.include("[key]");
      expect(words).not.to.include(key.slice(-6));
    });
  }

  it("keep the names of models and of parameters", () => {
    const words = "claude-sonnet-4-5-20250929 knows no max_completion_tokens; use gpt-6-luna";

    expect(providerWords(words)).to.equal(words);
  });

  it("are cut where they are a whole page", () => {
    expect(providerWords("<p>".repeat(1000))).to.have.length(501);
  });
});

describe("a provider's refusal", () => {
  const refusal = (status: number, message: string) =>
    asApiError(new ServerRefusal({ message }, status), { hasStarted: false });

  for (const [status, ours, code] of [
    [401, 502, "provider_unauthorized"],
    [402, 502, "provider_payment_required"],
    [403, 502, "provider_forbidden"],
    [400, 400, null],
    [404, 404, null],
  ] as const) {
    it(`of status ${status} is told as what it is`, () => {
      const error = refusal(status, said("litellm.APIError: OpenAIException - In its own words"));

      expect(error).to.include({ status: ours, code });
      expect(error.message).to.match(/In its own words$/);
      expect(error.shouldRetry).to.equal(ours === 502 ? false : undefined);
    });
  }

  it("is LiteLLM's own where its budget is spent, and names no deployment", () => {
    const error = refusal(
      429,
      "No deployments available - crossed budget: Exceeded budget for deployment model_name: planner",
    );

    expect(error).to.include({ status: 429, code: "insufficient_quota", shouldRetry: false });
    expect(error.message).to.include("PLANNER_MAX_BUDGET").and.not.to.include("deployment");
  });

  it("is not LiteLLM's own refusal of the agent's key", () => {
    expect(isOfProvider(wrongKey)).to.equal(true);
    expect(refusal(401, "Authentication Error, Invalid proxy server token passed.")).to.include({
      code: "upstream_unauthorized",
    });
  });
});
