import { Readable } from "node:stream";
import type { FastifyRequest, preValidationHookHandler } from "fastify";
import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import type { Dependencies } from "../dependencies.ts";
import { shownMessage } from "../runs/shown-to-clients.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { userOf } from "./caller.ts";
import { exportText } from "./conversation-export.ts";
import { linksToConversation, operation } from "./operation.ts";
import {
  conversation,
  conversationExport,
  conversationList,
  deletedConversation,
} from "./schemas/conversation-answers.ts";

const pageOf = (usual: number, most: number) =>
  z.object({
    limit: z.coerce.number().int().min(1).max(most).default(usual),
    after: z.uuid().optional().meta({ description: "The last id that was seen already." }),
  });
const tag = "conversations";

const listConversations = operation(
  {
    querystring: pageOf(20, 100).extend({
      user: z.string().max(256).optional().meta({
        description:
          "Those of one user alone, whom requests named as `user` or `safety_identifier`.",
      }),
    }),
  },
  {
    id: "listConversations",
    summary:
      "The conversations of the caller's key and of every user whom it named, the last used first.",
    tag,
    answer: conversationList,
    errors: [400, 503],
  },
);

const params = z.object({ id: z.guid() });

const getConversation = operation(
  { params, querystring: pageOf(1000, 1000) },
  {
    id: "getConversation",
    summary: "A conversation of the caller's, with its messages.",
    tag,
    answer: conversation,
    errors: [400, 404, 414, 503],
  },
);

const exportConversation = operation(
  { params },
  {
    id: "exportConversation",
    summary: "All that is kept of a conversation, as one document.",
    tag,
    answer: conversationExport,
    errors: [404, 414, 503],
  },
);

const deleteConversation = operation(
  { params },
  {
    id: "deleteConversation",
    summary: "Deletes a conversation, what is remembered of it, its kept answers and its traces.",
    tag,
    answer: deletedConversation,
    errors: [404, 414, 503],
  },
);

/** Not a UUID: there can be no such conversation, which is another answer than to a wrong request. */
const requireId: preValidationHookHandler = ({ params: given }, _reply, done) => {
  if (!params.safeParse(given).success) throw notFound((given as { readonly id: string }).id);
  done();
};

export function conversationsRoute(
  routes: ApiRoutes,
  {
    archive,
    conversations,
    settings,
  }: Pick<Dependencies, "archive" | "conversations" | "settings">,
): void {
  const { showsReasoning } = settings;
  const last = linksToConversation("$response.body#/last_id");
  const same = linksToConversation("$response.body#/id");

  routes.get("/v1/conversations", { schema: listConversations, links: last }, async (request) => {
    const { limit, after, user } = request.query;
    const owner = userOf(request, request.caller, user);
    const { data, hasMore } = await archive.list(owner, { limit, after });
    return {
      object: "list",
      data: data.map((head) => ({ object: "conversation", ...head })),
      first_id: data.at(0)?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: hasMore,
    };
  });
  routes.get(
    "/v1/conversations/:id",
    { schema: getConversation, links: same, preValidation: requireId },
    async (request) => {
      const { limit, after } = request.query;
      const { id } = request.params;
      const found = await conversations.find(id, ownerOf(request), { limit, after });
      if (!found) throw notFound(id);
      const messages = found.messages.map((message) => shownMessage(message, showsReasoning));
      return { object: "conversation", ...found, messages };
    },
  );
  routes.get(
    "/v1/conversations/:id/export",
    { schema: exportConversation, preValidation: requireId },
    async (request, reply) => {
      const { id } = request.params;
      const found = await archive.open(id, ownerOf(request));
      if (!found) throw notFound(id);
      return reply
        .type("application/json; charset=utf-8")
        .header("content-disposition", `attachment; filename="conversation-${found.head.id}.json"`)
        .send(Readable.from(exportText(found, showsReasoning)));
    },
  );
  routes.delete(
    "/v1/conversations/:id",
    { schema: deleteConversation, links: same, preValidation: requireId },
    async (request) => {
      const { id } = request.params;
      if (!(await conversations.remove(id, ownerOf(request)))) throw notFound(id);
      return { id, object: "conversation.deleted", deleted: true };
    },
  );
}

function ownerOf(request: FastifyRequest): string {
  return userOf(request, request.caller, undefined);
}

function notFound(id: string): ApiError {
  return new ApiError(404, `There is no conversation ${id}.`, { code: "conversation_not_found" });
}
