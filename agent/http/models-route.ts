import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import type { AgentSettings, Dependencies } from "../dependencies.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { linksTo, operation } from "./operation.ts";

const model = z
  .object({
    id: z.string(),
    object: z.literal("model"),
    created: z.int(),
    owned_by: z.string(),
  })
  .meta({ id: "Model" });

const listModels = operation(
  {},
  {
    id: "listModels",
    summary: "The names that the agent answers to.",
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

/** The models that this agent answers as: its own, and other names for it. */
export function modelsRoute(routes: ApiRoutes, { settings }: Pick<Dependencies, "settings">): void {
  const names = [...new Set([settings.model, ...settings.modelAliases.keys()])];
  // When the models themselves were made is not known here; since when they are served is.
  const created = Math.floor(Date.now() / 1000);
  const models = names.map((id) => ({ id, object: "model", created, owned_by: "agent-stack" }));
  const first = linksTo({ retrieveModel: "$response.body#/data/0/id" });
  routes.get("/v1/models", { schema: listModels, links: first }, () => {
    return { object: "list", data: models };
  });
  routes.get("/v1/models/:id", { schema: retrieveModel }, (request) => {
    const found = models.find(({ id }) => id === request.params.id);
    if (!found) throw modelNotFound(request.params.id);
    return found;
  });
}

/** What LiteLLM calls the model that a client names. */
export function resolveModel(name: string, settings: AgentSettings): string {
  if (name === settings.model) return name;
  const alias = settings.modelAliases.get(name);
  if (alias === undefined) throw modelNotFound(name);
  return alias;
}

function modelNotFound(name: string): ApiError {
  return new ApiError(404, `There is no model called ${name}.`, {
    code: "model_not_found",
    param: "model",
  });
}
