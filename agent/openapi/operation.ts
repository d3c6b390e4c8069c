import type { z } from "zod";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from "zod-openapi";
import { eventSchemas } from "./run-answers.ts";
import { errorAnswer } from "./shared-answers.ts";

/** One operation of the API, in the words of Fastify's routes. */
export interface Operation {
  readonly method: "get" | "post" | "delete";
  /** As in OpenAPI: `/v1/models/{id}`. */
  readonly path: string;
  readonly described: ZodOpenApiOperationObject;
}

interface Description {
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  /** Whether it needs no key where there are keys. */
  readonly open?: true;
  readonly body?: z.ZodType;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly answer: z.ZodType;
  readonly answerType?: string;
  /** The name of what each event of the answer has when the request has `stream: true`. */
  readonly event?: EventSchema;
  /** Statuses with an answer of their own shape, beside 200. */
  readonly others?: ZodOpenApiResponsesObject;
  readonly errors?: readonly ErrorStatus[];
  /** What can be asked next: by operation, where in this answer or its request the `id` is. */
  readonly next?: Readonly<Record<string, string>>;
}

export type EventSchema = keyof typeof eventSchemas;

export type ErrorStatus = keyof typeof errorResponses;

/** What a status means, wherever it comes. */
export const errorResponses = {
  400: "The request is wrong; `param` says where.",
  401: "The key is missing or wrong.",
  403: "Without keys: the Host header is none that is allowed.",
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

export function operation(
  method: Operation["method"],
  path: string,
  description: Description,
): Operation {
  const { id, summary, tag, open = false, body, answer, event } = description;
  const { path: inPath, query, headers: header } = description;
  const requestParams = {
    ...(inPath && { path: inPath }),
    ...(query && { query }),
    ...(header && { header }),
  };
  const { answerType = "application/json", others = {}, errors = [], next } = description;
  const statuses = [...errors, ...(open ? [] : ([401, 403] as const)), 500 as const];
  const failures = statuses.toSorted().map((status) => [status, { $ref: refOf(status) }]);
  return {
    method,
    path,
    described: {
      operationId: id,
      summary,
      tags: [tag],
      ...(open && { security: [] }),
      ...(Object.keys(requestParams).length > 0 && { requestParams }),
      ...(body && {
        requestBody: { required: true, content: { "application/json": { schema: body } } },
      }),
      responses: {
        200: {
          description: event
            ? "The answer, or its events when the request has `stream: true`."
            : "The answer.",
          content: {
            [answerType]: { schema: answer },
            ...(event && { "text/event-stream": { schema: eventOf(event) } }),
          },
          ...(next && { links: linksTo(next) }),
        },
        ...others,
        ...(Object.fromEntries(failures) as ZodOpenApiResponsesObject),
      },
    },
  };
}

/** A server-sent event by its fields, whose data is JSON. */
function eventOf(data: EventSchema) {
  const known = [data, "Error"].map((name) => ({ $ref: `#/components/schemas/${name}` }));
  return {
    type: "object" as const,
    required: ["data"],
    properties: {
      data: {
        anyOf: [
          {
            type: "string" as const,
            contentMediaType: "application/json",
            contentSchema: { anyOf: known },
          },
          { const: "[DONE]", description: "The end of a stream that is whole." },
        ],
      },
    },
  };
}

function linksTo(next: Readonly<Record<string, string>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(next).map(([operationId, id]) => [
      operationId,
      { operationId, parameters: { id } },
    ]),
  );
}

/** One component for each status, so that its meaning is written once. */
export function errorComponents(): Record<string, ZodOpenApiResponseObject> {
  const content = { "application/json": { schema: errorAnswer } };
  const entries = Object.entries(errorResponses);
  return Object.fromEntries(
    entries.map(([status, description]) => [`Error${status}`, { description, content }]),
  );
}

function refOf(status: ErrorStatus): string {
  return `#/components/responses/Error${status}`;
}
