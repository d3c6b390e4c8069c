import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError } from "../api-error.ts";
import { type Caller, identify, userOf, uuidPattern } from "./caller.ts";
import type { Dependencies } from "./dependencies.ts";

type ById = FastifyRequest<{ Params: { id: string } }>;

export function conversationsRoute(
  app: FastifyInstance,
  { access, conversations }: Dependencies,
): void {
  app.get("/v1/conversations/:id", async (request: ById) => {
    const owner = ownerOf(request, identify(request, access));
    const found = await conversations.find(idOf(request), owner);
    if (!found) throw notFound(request);
    return { object: "conversation", ...found };
  });
  app.delete("/v1/conversations/:id", async (request: ById) => {
    const owner = ownerOf(request, identify(request, access));
    if (!(await conversations.remove(idOf(request), owner))) throw notFound(request);
    return { id: request.params.id, object: "conversation.deleted", deleted: true };
  });
}

function ownerOf(request: ById, caller: Caller): string {
  return userOf(request, caller, undefined);
}

/** Not a UUID: there can be no such conversation, and Postgres need not be asked. */
function idOf(request: ById): string {
  if (!uuidPattern.test(request.params.id)) throw notFound(request);
  return request.params.id;
}

function notFound(request: ById): ApiError {
  return new ApiError(404, `There is no conversation ${request.params.id}.`, {
    code: "conversation_not_found",
  });
}
