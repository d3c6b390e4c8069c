import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import { type ApiError, invalidRequest } from "../errors/api-error.ts";
import { isNestedDeeper } from "../loop/is-nested-deeper.ts";

/** What reads a body further on recurses: databases, serialisers, the model's server. */
const deepest = 100;

/** Checks a part of a request by its route's schema, and refuses it in the words of OpenAI's API. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  // Described for callers; a route looks at its headers when it needs them.
  if (httpPart === "headers") return () => true;
  return (data: unknown) => {
    if (isNestedDeeper(data, deepest)) {
      const message = `The request body is nested more than ${deepest} levels deep.`;
      return refused(invalidRequest(message));
    }
    const parsed = schema.safeParse(data);
    return parsed.success ? { value: parsed.data } : refused(firstOf(parsed.error));
  };
};

/** Fastify gives an error of a validator its own code; `asApiError` finds ours below it. */
function refused(cause: ApiError): { readonly error: Error } {
  return { error: new Error("A part of a request is wrong.", { cause }) };
}

function firstOf({ issues: [issue] }: z.ZodError): ApiError {
  const param = issue?.path.map(String).join(".") ?? "";
  const where = param === "" ? "The request body" : `'${param}'`;
  return invalidRequest(`${where} is wrong: ${issue?.message ?? "it can't be read"}.`, param);
}
