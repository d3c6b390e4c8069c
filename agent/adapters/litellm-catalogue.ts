import { z } from "zod";
import type { ModelAbility, ModelCatalogue, ModelFacts } from "../ports/model-catalogue.ts";
import { ask, isOk, wholeText } from "./ask.ts";

const answerBytes = 8_000_000;
const timeoutMs = 2000;
/** An operator's edit replaces LiteLLM, and so empties what is remembered only after this. */
const rememberedMs = 60_000;

const count = z.number().positive().optional().catch(undefined);
const flag = z.literal(true).optional().catch(undefined);
const deployments = z.object({
  data: z.array(
    z.object({
      model_name: z.string(),
      model_info: z
        .object({
          max_input_tokens: count,
          max_output_tokens: count,
          supports_vision: flag,
          supports_pdf_input: flag,
          supports_audio_input: flag,
          supports_function_calling: flag,
          supports_reasoning: flag,
        })
        .catch({}),
    }),
  ),
});

type Deployment = z.output<typeof deployments>["data"][number];

const abilities = {
  supports_vision: "vision",
  supports_pdf_input: "pdf",
  supports_audio_input: "audio",
  supports_function_calling: "function_calling",
  supports_reasoning: "reasoning",
} as const satisfies Partial<Record<keyof Deployment["model_info"], ModelAbility>>;

const unknown: ModelFacts = { abilities: [] };

/** What LiteLLM's price map and its operator's `model_info` say of each model. */
export function litellmCatalogue(
  { baseUrl, apiKey }: { readonly baseUrl: string; readonly apiKey: string },
  now: () => number = () => performance.now(),
): ModelCatalogue {
  const address = `${baseUrl.replace(/\/$/, "")}/model/info`;
  let remembered:
    { readonly at: number; readonly list: Promise<readonly Deployment[]> } | undefined;

  async function read(): Promise<readonly Deployment[]> {
    const answer = await ask(address, {
      method: "GET",
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await wholeText(answer, answerBytes);
    return isOk(answer) ? deployments.parse(JSON.parse(text)).data : [];
  }
  return {
    async factsOf(name) {
      if (remembered === undefined || now() - remembered.at >= rememberedMs) {
        remembered = { at: now(), list: read().catch(() => []) };
      }
      const list = await remembered.list;
      // What could not be read is asked for again.
      if (list.length === 0) remembered = undefined;
      return factsIn(list.filter(({ model_name: each }) => each === name));
    },
  };
}

/** Any of a model's deployments may answer: true is what holds for all of them. */
function factsIn(list: readonly Deployment[]): ModelFacts {
  const infos = list.map(({ model_info: info }) => info);
  if (infos.length === 0) return unknown;
  return {
    contextTokens: least(infos.map((info) => info.max_input_tokens)),
    answerTokens: least(infos.map((info) => info.max_output_tokens)),
    abilities: Object.entries(abilities).flatMap(([field, ability]) =>
      infos.every((info) => info[field as keyof typeof abilities]) ? [ability] : [],
    ),
  };
}

function least(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((each) => each !== undefined);
  return known.length === counts.length ? Math.min(...known) : undefined;
}
