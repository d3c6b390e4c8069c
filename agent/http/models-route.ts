import type { FastifyInstance } from "fastify";
import { ApiError } from "../api-error.ts";
import { identify } from "./caller.ts";
import type { AgentSettings, Dependencies } from "../dependencies.ts";

/** The models that this agent answers as: its own, and other names for it. */
export function modelsRoute(app: FastifyInstance, { access, settings }: Dependencies): void {
  const names = [...new Set([settings.model, ...settings.modelAliases.keys()])];
  // When the models themselves were made is not known here; since when they are served is.
  const created = Math.floor(Date.now() / 1000);
  const models = names.map((id) => ({ id, object: "model", created, owned_by: "agent-stack" }));
  app.get("/v1/models", (request) => {
    identify(request, access);
    return { object: "list", data: models };
  });
  app.get<{ Params: { id: string } }>("/v1/models/:id", (request) => {
    identify(request, access);
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
