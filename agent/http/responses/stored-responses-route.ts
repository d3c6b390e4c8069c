import type { FastifyRequest, preValidationHookHandler } from "fastify";
import { z } from "zod";
import type { Dependencies } from "../../dependencies.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { ApiRoutes } from "../api-routes.ts";
import { userOf } from "../caller.ts";
import { openEventStream } from "../event-stream.ts";
import { linksTo, operation } from "../operation.ts";
import type { BackgroundResponses } from "./background-responses.ts";
import { responseNotFound, runIdOf } from "./response-id.ts";
import { includable } from "./response-request.ts";
import {
  deletedResponse,
  inputItemList,
  response as responseAnswer,
  responseEvent,
} from "./schemas.ts";
import { replayed, shownStored } from "./stored-response.ts";
import { streamLog } from "./stream-log.ts";

const tag = "responses";
const params = z.object({ id: z.string().regex(/^resp_[0-9a-f]{32}$/) });

// A query has one value or several of the same name, and some clients write `include[]`.
const include = z.union([includable.transform((one) => [one]), z.array(includable)]).optional();

const getResponse = operation(
  {
    params,
    querystring: z.object({
      include,
      "include[]": include,
      stream: z.stringbool().optional(),
      starting_after: z.coerce.number().int().min(-1).optional().meta({
        description: "The number of the last event that was seen already.",
      }),
      include_obfuscation: z.stringbool().optional(),
    }),
  },
  {
    id: "getResponse",
    summary: "A response of the caller's; with `stream=true` its events, those to come too.",
    tag,
    answer: responseAnswer,
    event: responseEvent,
    errors: [400, 404, 414, 429, 503],
  },
);

const listInputItems = operation(
  {
    params,
    querystring: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      order: z.enum(["asc", "desc"]).default("desc"),
      after: z.string().max(256).optional().meta({
        description: "The last id that was seen already.",
      }),
      include,
      "include[]": include,
    }),
  },
  {
    id: "listInputItems",
    summary: "The items that a response was asked with.",
    tag,
    answer: inputItemList,
    errors: [400, 404, 414, 503],
  },
);

const cancelResponse = operation(
  { params },
  {
    id: "cancelResponse",
    summary: "Ends a background response, and says how it is then.",
    tag,
    answer: responseAnswer,
    errors: [400, 404, 414, 429, 503],
  },
);

const deleteResponse = operation(
  { params },
  {
    id: "deleteResponse",
    summary:
      "Deletes a response and what was said in it; with the last one of a conversation, the conversation.",
    tag,
    answer: deletedResponse,
    errors: [404, 414, 503],
  },
);

/** What is none of our ids belongs to no response, which is another answer than to a wrong request. */
const requireId: preValidationHookHandler = ({ params: given }, _reply, done) => {
  if (!params.safeParse(given).success)
    throw responseNotFound((given as { readonly id: string }).id);
  done();
};

/** Responses that are kept: seen, streamed again, cancelled and deleted by their owner alone. */
export function storedResponsesRoute(
  routes: ApiRoutes,
  dependencies: Dependencies,
  background: BackgroundResponses,
): void {
  const { responses, gate } = dependencies;
  const same = "$response.body#/id";
  const links = linksTo({ getResponse: same, listInputItems: same, deleteResponse: same });
  const only = { preValidation: requireId };

  async function found(id: string, userId: string) {
    const stored = await responses.find(runIdOf(id) ?? "", userId);
    if (stored === undefined) throw responseNotFound(id);
    return stored;
  }

  routes.get(
    "/v1/responses/:id",
    { ...only, schema: getResponse, links },
    async (request, reply) => {
      const { stream, starting_after: after, include: named, "include[]": listed } = request.query;
      const stored = await found(request.params.id, ownerOf(request));
      const running = background.get(stored.id);
      if (stream !== true) {
        return running?.progress.shown() ?? shownStored(stored, new Set(named ?? listed));
      }
      const log = background.logOf(stored.id);
      if (log === undefined && !isOver(stored)) throw notStreamed(request.params.id);
      // Watching takes room as well, for as long as it lasts.
      const leave = gate.enter({ principal: request.caller.principal });
      reply.raw.once("finish", leave).once("close", leave);
      if (log !== undefined) {
        await streamLog(log, after ?? -1, reply, dependencies);
        return undefined;
      }
      const { keepAliveMs, writeTimeoutMs } = dependencies.settings;
      const signal = dependencies.stopping;
      const events = openEventStream(reply, { keepAliveMs, writeTimeoutMs, signal, named: true });
      await events.send(replayed(shownStored(stored, new Set(named ?? listed)), after));
      await events.end();
      return undefined;
    },
  );

  routes.get(
    "/v1/responses/:id/input_items",
    { ...only, schema: listInputItems },
    async (request) => {
      const { limit, order, after } = request.query;
      const { id } = request.params;
      const page = { limit, order, after };
      const items = await responses.inputItems(runIdOf(id) ?? "", ownerOf(request), page);
      if (items === undefined) throw responseNotFound(id);
      return {
        object: "list",
        data: items.data,
        first_id: items.data.at(0)?.id ?? null,
        last_id: items.data.at(-1)?.id ?? null,
        has_more: items.hasMore,
      };
    },
  );

  routes.post(
    "/v1/responses/:id/cancel",
    { ...only, schema: cancelResponse, links },
    async (request) => {
      const { id } = request.params;
      const stored = await found(id, ownerOf(request));
      if (!stored.isBackground) {
        const message = "Only a background response can be cancelled; to end another, leave.";
        throw new ApiError(400, message, { code: "not_in_background" });
      }
      const running = background.get(stored.id);
      if (running === undefined) return shownStored(stored, new Set());
      running.cancel();
      await running.ended;
      return running.progress.shown();
    },
  );

  routes.delete(
    "/v1/responses/:id",
    { ...only, schema: deleteResponse, links },
    async (request) => {
      const { id } = request.params;
      const owner = ownerOf(request);
      const stored = await found(id, owner);
      const running = background.get(stored.id);
      running?.cancel();
      await running?.ended;
      if (!(await responses.remove(stored.id, owner))) throw responseNotFound(id);
      background.forget(stored.id);
      return { id, object: "response", deleted: true };
    },
  );
}

function ownerOf(request: FastifyRequest): string {
  return userOf(request, request.caller, undefined);
}

function isOver({ status }: { readonly status: string }): boolean {
  return status !== "queued" && status !== "in_progress";
}

function notStreamed(id: string): ApiError {
  const message = `The response ${id} is streamed to whoever asked for it alone.`;
  return new ApiError(400, message, { code: "not_in_background", param: "stream" });
}
