import type { FastifySchema, RouteShorthandOptions } from "fastify";
import { z } from "zod";
import { errorAnswer } from "./schemas/shared-answers.ts";

/** What a request is checked against. */
interface RequestParts {
  readonly body?: z.ZodType;
  readonly params?: z.ZodObject;
  readonly querystring?: z.ZodObject;
  /** As the document names them. What they are worth, the route decides. */
  readonly headers?: z.ZodObject;
}

interface Description {
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  /** Whether it needs no key where there are keys. */
  readonly open?: true;
  readonly answer: z.ZodType;
  readonly answerType?: string;
  /** What each event of the answer has when the request has `stream: true`. */
  readonly event?: z.ZodType;
  /** What 503 means here, with the same answer as 200. */
  readonly unready?: string;
  readonly errors?: readonly ErrorStatus[];
}

type ErrorStatus = keyof typeof errorDescriptions;

/** What a status means, wherever it comes. */
const errorDescriptions = {
  400: "The request is wrong; `param` says where.",
  401: "The key is missing or wrong.",
  403: "Without keys, the Host header is none that is allowed; or the key is not the one that may.",
  404: "There is no such thing.",
  408: "The request did not arrive in time.",
  409: "The same request is still being answered; Retry-After says when to come again.",
  413: "The body is too large.",
  414: "The address is too long.",
  415: "The body is not JSON.",
  422: "The idempotency key came with another request before.",
  429: "Too many requests, ours or the model's; Retry-After says when to come again.",
  500: "The agent failed.",
  502: "The model's server failed, or broke off.",
  503: "Too busy, stopping, or without the database; Retry-After says when to come again.",
  504: "The model did not answer in time, or the run took too long.",
} as const;

/** The errors of every operation that starts a run. */
export const runErrors: readonly ErrorStatus[] = [
  400, 404, 408, 409, 413, 415, 422, 429, 502, 503, 504,
];

/**
 * A route's schema: what its requests are checked against, who may make them, and what `/openapi.json`
 * says of it. Answers are described here and sent as they are.
 */
export function operation<Parts extends RequestParts>(
  parts: Parts,
  description: Description,
): Parts & FastifySchema {
  const { id, summary, tag, open = false, answer, event, errors = [] } = description;
  const { answerType = "application/json", unready } = description;
  const statuses = [...errors, ...(open ? [] : ([401, 403] as const)), 500 as const];
  const failures = statuses.map((status) => [
    status,
    described(errorDescriptions[status], { "application/json": errorAnswer }),
  ]);
  return {
    ...parts,
    operationId: id,
    summary,
    tags: [tag],
    ...(open && { security: [] }),
    response: {
      200: described(
        event ? "The answer, or its events when the request has `stream: true`." : "The answer.",
        { [answerType]: answer, ...(event && { "text/event-stream": serverSent(event) }) },
      ),
      ...(Object.fromEntries(failures) as object),
      ...(unready && { 503: described(unready, { [answerType]: answer }) }),
    },
  };
}

/** Whether a route needs no key: the document says so, and `requireKey` reads it there. */
export function isOpen({ security }: FastifySchema): boolean {
  return security?.length === 0;
}

function described(description: string, types: Readonly<Record<string, z.ZodType>>): object {
  const content = Object.entries(types).map(([type, schema]) => [type, { schema }]);
  return { description, content: Object.fromEntries(content) as object };
}

/** A server-sent event by its fields, whose data is JSON. */
function serverSent(event: z.ZodType): z.ZodType {
  const known = [event, errorAnswer].map((schema) => {
    return { $ref: `#/components/schemas/${z.globalRegistry.get(schema)?.id ?? ""}` };
  });
  const data = z.string().meta({
    contentMediaType: "application/json",
    contentSchema: { anyOf: known },
  });
  const end = z.literal("[DONE]").meta({ description: "The end of a stream that is whole." });
  return z.object({ data: z.union([data, end]) });
}

/**
 * What can be asked next, for a route's `links`.
 *
 * @param next by operation, where in this answer or its request the `id` is.
 */
export function linksTo(
  next: Readonly<Record<string, string>>,
): NonNullable<RouteShorthandOptions["links"]> {
  const links = Object.entries(next).map(([operationId, id]) => [
    operationId,
    { operationId, parameters: { id } },
  ]);
  return { 200: Object.fromEntries(links) as Record<string, object> };
}

/** All that can be done with a conversation, whose id is there. */
export function linksToConversation(id: string): ReturnType<typeof linksTo> {
  return linksTo({ getConversation: id, exportConversation: id, deleteConversation: id });
}
