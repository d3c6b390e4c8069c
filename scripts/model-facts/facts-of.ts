/** An entry of LiteLLM's price map, as far as it is used. */
export interface PricedModel {
  readonly litellm_provider?: string;
  readonly mode?: string;
  readonly deprecation_date?: string;
  readonly input_cost_per_token?: number;
  readonly output_cost_per_token?: number;
  readonly input_cost_per_second?: number;
  readonly tiered_pricing?: unknown;
  readonly supports_function_calling?: boolean;
}

/**
 * The models that chat, by "provider/name" in order, each in a few words: "priced", "tools", and the day on
 * which it ends.
 */
export function factsOf(map: Readonly<Record<string, PricedModel>>): Record<string, string> {
  const facts = Object.entries(map)
    .filter(([, { mode }]) => mode === "chat" || mode === "responses")
    .map(([name, model]): [string, string] => [
      fullName(name, model),
      [
        ...(isPriced(model) ? ["priced"] : []),
        ...(model.supports_function_calling === true ? ["tools"] : []),
        ...[model.deprecation_date ?? endOfSnapshot(name, map) ?? []].flat(),
      ].join(" "),
    ]);
  return Object.fromEntries(facts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** LiteLLM's own names for a provider's sections of the map, in the words of a model's name. */
const prefixes: Readonly<Record<string, string>> = {
  bedrock_converse: "bedrock",
  cohere_chat: "cohere",
  "text-completion-openai": "openai",
};

function fullName(name: string, { litellm_provider: provider = "" }: PricedModel): string {
  const prefix = prefixes[provider] ?? provider.replace(/^(vertex_ai|fireworks_ai)-.*/, "$1");
  return name.startsWith(`${prefix}/`) ? name : `${prefix}/${name}`;
}

function isPriced(model: PricedModel): boolean {
  const { input_cost_per_token: input, output_cost_per_token: output } = model;
  const perSecond = (model.input_cost_per_second ?? 0) > 0;
  return perSecond || model.tiered_pricing !== undefined || (input ?? 0) + (output ?? 0) > 0;
}

/** A name without a date means its newest dated snapshot, and ends with it. */
function endOfSnapshot(
  name: string,
  map: Readonly<Record<string, PricedModel>>,
): string | undefined {
  const dates = /^-(\d{4}-\d{2}-\d{2}|\d{8})$/;
  const snapshots = Object.keys(map)
    .filter((other) => other.startsWith(name) && dates.test(other.slice(name.length)))
    .sort();
  return map[snapshots.at(-1) ?? ""]?.deprecation_date;
}
