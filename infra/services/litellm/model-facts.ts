import table from "./model-facts.json" with { type: "json" };

/** What LiteLLM's price map says of a model. */
export interface ModelFacts {
  /** "2027-01-14": from then on its provider answers no more; undefined where none has said so. */
  readonly ends: string | undefined;
  /** Whether LiteLLM knows what an answer costs. */
  readonly isPriced: boolean;
  readonly callsTools: boolean;
}

/** The version whose map it is: `npm run facts:models` after the pin has moved. */
export const factsOfLitellm: string = table.litellm;

const models: Readonly<Record<string, string>> = table.models;

/** @param model in LiteLLM's words; undefined where its map has no such model. */
export function modelFacts(model: string): ModelFacts | undefined {
  const [provider = "", ...rest] = model.split("/");
  if (provider === "openrouter") return ofOpenRouter(rest.join("/"));
  return factsIn(models[model] ?? (rest.length === 0 ? withoutProvider(model) : undefined));
}

function factsIn(words: string | undefined): ModelFacts | undefined {
  if (words === undefined) return undefined;
  const said = words.split(" ");
  return {
    ends: said.find((word) => /^\d{4}-\d{2}-\d{2}$/.test(word)),
    isPriced: said.includes("priced"),
    callsTools: said.includes("tools"),
  };
}

/** LiteLLM finds the provider of a well-known name by itself. */
function withoutProvider(name: string): string | undefined {
  return ["openai", "anthropic", "gemini", "deepseek", "mistral"]
    .map((provider) => models[`${provider}/${name}`])
    .find((words) => words !== undefined);
}

/** OpenRouter's names of makers, in LiteLLM's words. */
const makers: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "gemini",
  deepseek: "deepseek",
  mistralai: "mistral",
  "x-ai": "xai",
};

/** It is not in the map: what an answer costs OpenRouter says with each, and a model ends with its maker's. */
function ofOpenRouter(name: string): ModelFacts | undefined {
  const [maker = "", model = ""] = name.replace(/:.*$/, "").split("/");
  const own = makers[maker] ?? maker;
  const facts = factsIn(
    models[`${own}/${model}`] ?? models[`${own}/${model.replaceAll(".", "-")}`],
  );
  return { ends: facts?.ends, callsTools: facts?.callsTools ?? false, isPriced: true };
}
