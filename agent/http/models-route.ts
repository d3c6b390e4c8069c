import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import type { AgentSettings, Dependencies } from "../dependencies.ts";
import type { ModelFacts } from "../ports/model-catalogue.ts";
import type { ApiRoutes } from "./api-routes.ts";
import type { Caller } from "./caller.ts";
import { sampling } from "./chat-request.ts";
import { linksTo, operation } from "./operation.ts";

const tokens = z.int().optional();
const windowOf = (reader: string) =>
  tokens.meta({ description: `What a request may have, in tokens; the name is ${reader}'s.` });

const model = z
  .object({
    id: z.string(),
    object: z.literal("model"),
    created: z.int(),
    owned_by: z.string(),
    context_length: windowOf("OpenRouter"),
    context_window: windowOf("Groq"),
    max_model_len: windowOf("vLLM"),
    max_completion_tokens: tokens.meta({ description: "The longest answer, in tokens." }),
    architecture: z.object({
      input_modalities: z.array(z.string()),
      output_modalities: z.array(z.string()),
    }),
    capabilities: z
      .record(z.string(), z.literal(true))
      .meta({ description: "What is certain; what is not here is not known." }),
    supported_parameters: z.array(z.string()),
  })
  .meta({ id: "Model" });

const listModels = operation(
  {},
  {
    id: "listModels",
    summary:
      "The names that the agent answers to: for chats, and last the one for embeddings. Context length and abilities are there where they are known.",
    tag: "OpenAI",
    answer: z.object({ object: z.literal("list"), data: z.array(model) }),
  },
);

const retrieveModel = operation(
  { params: z.object({ id: z.string().min(1).max(256) }) },
  {
    id: "retrieveModel",
    summary: "One of them.",
    tag: "OpenAI",
    answer: model,
    errors: [404, 414],
  },
);

/** The models that this agent answers as: its own, other names for it, and the one for embeddings. */
export function modelsRoute(
  routes: ApiRoutes,
  { settings, catalogue }: Pick<Dependencies, "settings" | "catalogue">,
): void {
  // When the models themselves were made is not known here; since when they are served is.
  const created = Math.floor(Date.now() / 1000);
  async function view(id: string) {
    const target = id === settings.model ? id : (settings.modelAliases.get(id) ?? id);
    const facts = await catalogue.factsOf(target);
    const base = { id, object: "model" as const, created, owned_by: "agent-stack" };
    return target === settings.embeddingModel
      ? { ...base, ...embeddingFacts(facts) }
      : { ...base, ...chatFacts(facts, settings) };
  }
  const first = linksTo({ retrieveModel: "$response.body#/data/0/id" });
  routes.get("/v1/models", { schema: listModels, links: first }, async ({ caller }) => {
    return { object: "list", data: await Promise.all(namesFor(caller, settings).map(view)) };
  });
  routes.get("/v1/models/:id", { schema: retrieveModel }, async ({ params, caller }) => {
    if (!namesFor(caller, settings).includes(params.id)) throw modelNotFound(params.id);
    return view(params.id);
  });
}

/** Open WebUI offers every name to chat with, and has its embeddings from LiteLLM itself. */
function namesFor({ trusted }: Caller, settings: AgentSettings): readonly string[] {
  const { model: own, modelAliases, embeddingModel } = settings;
  const all = [...new Set([own, ...modelAliases.keys(), embeddingModel])];
  const isForChats = (name: string) => (modelAliases.get(name) ?? name) !== embeddingModel;
  return trusted ? all.filter(isForChats) : all;
}

/** What a client may send besides messages, as OpenRouter's readers look for it. */
const supportedParameters = [
  ...Object.keys(sampling),
  "tools",
  "tool_choice",
  "parallel_tool_calls",
];

function chatFacts(
  { contextTokens, answerTokens, abilities }: ModelFacts,
  settings: AgentSettings,
) {
  const window = Math.min(contextTokens ?? Infinity, contextOf(settings));
  return {
    context_length: window,
    context_window: window,
    max_model_len: window,
    ...(answerTokens !== undefined && { max_completion_tokens: answerTokens }),
    architecture: {
      input_modalities: [
        "text",
        ...(abilities.includes("vision") ? ["image"] : []),
        ...(abilities.includes("pdf") ? ["file"] : []),
        ...(abilities.includes("audio") ? ["audio"] : []),
      ],
      output_modalities: ["text"],
    },
    capabilities: Object.fromEntries(abilities.map((name) => [name, true as const])),
    supported_parameters: supportedParameters,
  };
}

function embeddingFacts({ contextTokens }: ModelFacts) {
  return {
    ...(contextTokens !== undefined && {
      context_length: contextTokens,
      context_window: contextTokens,
      max_model_len: contextTokens,
    }),
    architecture: { input_modalities: ["text"], output_modalities: ["embeddings"] },
    capabilities: { embeddings: true as const },
    supported_parameters: ["encoding_format"],
  };
}

/** What the agent itself sends at most. */
function contextOf({ run }: AgentSettings): number {
  return run.contextTokens;
}

/** What LiteLLM calls the model that a client names for a chat. @throws ApiError 404, 400 */
export function resolveModel(name: string, settings: AgentSettings): string {
  const { model: own, modelAliases, embeddingModel } = settings;
  if (name === own) return name;
  const target = modelAliases.get(name) ?? (name === embeddingModel ? name : undefined);
  if (target === undefined) throw modelNotFound(name);
  if (target !== embeddingModel) return target;
  throw new ApiError(400, `${name} makes embeddings, at /v1/embeddings; chat with ${own}.`, {
    code: "model_not_supported",
    param: "model",
  });
}

function modelNotFound(name: string): ApiError {
  return new ApiError(404, `There is no model called ${name}.`, {
    code: "model_not_found",
    param: "model",
  });
}
