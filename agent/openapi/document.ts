import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import packageFile from "../package.json" with { type: "json" };
import { errorComponents } from "./operation.ts";
import { eventSchemas } from "./run-answers.ts";
import { operations } from "./operations.ts";

/** The API in OpenAPI 3.1, from the schemas that check its requests. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  return createDocument(
    {
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
      paths: pathsOf(),
      components: {
        securitySchemes: { key: { type: "http", scheme: "bearer" } },
        responses: errorComponents(),
        schemas: eventSchemas,
      },
    },
    {
      // Answers may grow; a client that this document made must not refuse what is new.
      override: ({ jsonSchema, io }) => {
        if (io === "output" && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
      },
    },
  );
}

function pathsOf(): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const { path, method, described } of operations) {
    paths[path] = { ...paths[path], [method]: described };
  }
  return paths;
}
