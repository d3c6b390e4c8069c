import swagger, { type SwaggerTransformObject } from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from "fastify-type-provider-zod";
import type { OpenAPIV3_1 } from "openapi-types";
import { z } from "zod";
import packageFile from "../package.json" with { type: "json" };
import type { ApiRoutes } from "./api-routes.ts";
import { operation } from "./operation.ts";

const zodToJsonConfig = {
  // Answers may grow; a client that this document made must not refuse what is new.
  override: ({ jsonSchema, zodSchema }: Described) => {
    if (jsonSchema.additionalProperties !== false || isStrict(zodSchema)) return;
    delete jsonSchema.additionalProperties;
  },
};

interface Described {
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
  readonly zodSchema: z.core.$ZodType;
}

/** What refuses fields that it does not know, as some requests do. */
function isStrict(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodNever;
}

/** Collects the routes that are added after it, to describe them in OpenAPI 3.1. */
export function collectRoutes(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: "3.1.1",
      info: {
        title: "The agent",
        version: packageFile.version,
        description:
          "A self-hosted agent, compatible with OpenAI's API. Every answer has an x-request-id. " +
          "Where AGENT_API_KEYS is not set, no key is needed and the Host header decides.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/" }],
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
    },
    convertConstToEnum: false,
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject: usedSchemas,
  });
}

/**
 * Open to everybody, as the health routes are: it is the same for every installation, and what reads
 * it, a generator or a client's set-up, often has no key.
 */
export function openapiRoute(routes: ApiRoutes): void {
  let document: string | undefined;
  const schema = operation(
    {},
    {
      id: "openapi",
      summary: "This document.",
      tag: "health",
      open: true,
      answer: z.looseObject({ openapi: z.string() }),
    },
  );
  routes.get("/openapi.json", { schema }, (_request, reply) => {
    // Made when it is first asked for: it takes longer than a request may.
    document ??= JSON.stringify(routes.swagger());
    return reply.type("application/json; charset=utf-8").send(document);
  });
}

const place = "#/components/schemas/";
const addSchemas = createJsonSchemaTransformObject({ zodToJsonConfig });
const reference = /"#\/components\/schemas\/(\w+)"/g;

/**
 * Each named schema comes twice, as requests have it (`NameInput`) and as answers do. Those stay that
 * something names, and one that only requests have is called as it is in the code.
 */
const usedSchemas: SwaggerTransformObject = (collected) => {
  const document = addSchemas(collected) as Partial<OpenAPIV3_1.Document>;
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name = ""] of JSON.stringify(part).matchAll(reference)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(document.paths);
  const nameOf = (name: string): string => {
    const plain = name.replace(/Input$/, "");
    return used.has(plain) ? name : plain;
  };
  const kept = [...used].map((name) => [nameOf(name), schemas[name]] as const);
  const components = { ...document.components, schemas: Object.fromEntries(kept) };
  const text = JSON.stringify({ ...document, components });
  return JSON.parse(
    text.replaceAll(reference, (_, name: string) => JSON.stringify(`${place}${nameOf(name)}`)),
  ) as Partial<OpenAPIV3_1.Document>;
};
