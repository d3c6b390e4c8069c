import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import { ApiError, invalidRequest } from "../errors/api-error.ts";
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
  const { path, message, unknown } = placeOf(issue);
  const param = path.map(String).join(".");
  if (unknown) {
    return new ApiError(400, `Unknown parameter: '${param}'.`, {
      code: "unknown_parameter",
      param,
    });
  }
  const where = param === "" ? "The request body" : `'${param}'`;
  return invalidRequest(`${where} is wrong: ${message}.`, param);
}

/** Of what has the right type. */
const boundCodes: ReadonlySet<string> = new Set(["too_big", "too_small"]);

interface Place {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Whether there is no such field at all. */
  readonly unknown: boolean;
}

/** Of what a part might have been, what it would be within bounds was meant; else what came furthest. */
function placeOf(issue: z.core.$ZodIssue | undefined): Place {
  if (issue === undefined) return { path: [], message: "it can't be read", unknown: false };
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    return { path: [...path, issue.keys[0] ?? ""], message, unknown: true };
  }
  if (issue.code !== "invalid_union") return { path, message, unknown: false };
  const outOfBounds = issue.errors.find(([first]) => first && boundCodes.has(first.code));
  const inner = (outOfBounds ? [outOfBounds] : issue.errors).map(([first]) => placeOf(first));
  const meant = inner.reduce<Place | undefined>(
    (best, each) => (each.path.length > (best?.path.length ?? 0) || outOfBounds ? each : best),
    undefined,
  );
  return meant ? { ...meant, path: [...path, ...meant.path] } : { path, message, unknown: false };
}
