import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { ApiError } from "../api-error.ts";
import type { Paging } from "../conversation-archive.ts";
import { type Caller, identify, userOf, uuidPattern } from "./caller.ts";
import { parseBody } from "./chat-request.ts";
import { exportText } from "./conversation-export.ts";
import type { Dependencies } from "../dependencies.ts";

type ById = FastifyRequest<{ Params: { id: string } }>;

const pageOf = (usual: number, most: number) =>
  z.object({
    limit: z.coerce.number().int().min(1).max(most).default(usual),
    after: z.uuid().optional().meta({ description: "The last id that was seen already." }),
  });
export const listQuery = pageOf(20, 100).extend({
  user: z.string().max(256).optional().meta({
    description: "Those of one user alone, whom requests named as `user` or `safety_identifier`.",
  }),
});
export const messagesQuery = pageOf(1000, 1000);

export function conversationsRoute(
  app: FastifyInstance,
  { access, archive, conversations }: Dependencies,
): void {
  app.get("/v1/conversations", async (request) => {
    const caller = identify(request, access);
    const { limit, after, user } = parseBody(listQuery, request.query);
    const owner = userOf(request, caller, user);
    const { data, hasMore } = await archive.list(owner, { limit, after });
    return {
      object: "list",
      data: data.map((head) => ({ object: "conversation", ...head })),
      first_id: data.at(0)?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: hasMore,
    };
  });
  app.get("/v1/conversations/:id", async (request: ById) => {
    const owner = ownerOf(request, identify(request, access));
    const found = await conversations.find(idOf(request), owner, pageIn(request, messagesQuery));
    if (!found) throw notFound(request);
    return { object: "conversation", ...found };
  });
  app.get("/v1/conversations/:id/export", async (request: ById, reply) => {
    const owner = ownerOf(request, identify(request, access));
    const found = await archive.open(idOf(request), owner);
    if (!found) throw notFound(request);
    return reply
      .type("application/json; charset=utf-8")
      .header("content-disposition", `attachment; filename="conversation-${found.head.id}.json"`)
      .send(Readable.from(exportText(found)));
  });
  app.delete("/v1/conversations/:id", async (request: ById) => {
    const owner = ownerOf(request, identify(request, access));
    if (!(await conversations.remove(idOf(request), owner))) throw notFound(request);
    return { id: request.params.id, object: "conversation.deleted", deleted: true };
  });
}

function ownerOf(request: FastifyRequest, caller: Caller): string {
  return userOf(request, caller, undefined);
}

function pageIn(request: FastifyRequest, schema: ReturnType<typeof pageOf>): Paging {
  const { limit, after } = parseBody(schema, request.query);
  return { limit, after };
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
