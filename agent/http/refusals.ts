import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError, errorEnvelope } from "../errors/api-error.ts";
import { asApiError } from "../errors/as-api-error.ts";
import { type KnownRoute, nearestRoute } from "./nearest-route.ts";

// What is refused before a route is found has the envelope of every other error.

/** Answers a request that failed. */
export function refuse(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asApiError(thrown);
  if (error.status >= 500) request.log.error({ err: error.cause ?? error }, error.message);
  if (error.status === 401) reply.header("www-authenticate", 'Bearer realm="agent"');
  if (error.retryAfterSeconds !== undefined) {
    reply.header("retry-after", String(error.retryAfterSeconds));
  }
  if (error.shouldRetry !== undefined) {
    reply.header("x-should-retry", String(error.shouldRetry));
  }
  return reply.code(error.status).send(errorEnvelope(error));
}

/** An address that the router can't read, or a parameter that is too long. */
export function refuseAddress(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const message =
    error.statusCode === 414 ? "The address is too long." : "The address is malformed.";
  // No hook sees such a request.
  reply.header("x-request-id", request.id);
  void refuse(new ApiError(error.statusCode ?? 400, message), request, reply);
}

/** 405 where the address is right and the method is not, else 404; before a body is read, or even expected. */
export function refuseUnknown(app: FastifyInstance): void {
  const routes: (KnownRoute & { readonly path: RegExp })[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = url.replaceAll(/[.+*?^${}()|[\]\\]/g, "\\$&").replaceAll(/:\w+/g, "[^/]+");
    routes.push({ url, path: new RegExp(`^${pattern}$`), methods: [method].flat() });
  });
  const refuseRoute = (request: FastifyRequest, reply: FastifyReply): never => {
    const address = request.url.split("?")[0] ?? "";
    const allowed = routes
      .filter(({ path }) => path.test(address))
      .flatMap(({ methods }) => methods);
    if (allowed.length === 0) {
      const nearest = nearestRoute(request.method, address, routes);
      const hint =
        nearest === undefined ? "" : ` Did you mean ${nearest}?${baseHint(address, nearest)}`;
      const message = `There is no ${request.method} ${address.slice(0, 200)}.${hint}`;
      throw new ApiError(404, message, { code: "not_found" });
    }
    const methods = [...new Set(allowed)].sort().join(", ");
    reply.header("allow", methods);
    const message = `${address} takes ${methods}, not ${request.method}.`;
    throw new ApiError(405, message, { code: "method_not_allowed" });
  };
  app.addHook("onRequest", (request, reply, done) => {
    if (request.is404) refuseRoute(request, reply);
    done();
  });
  // Without one of ours, Fastify's own would answer what no hook sees.
  app.setNotFoundHandler(refuseRoute);
}

/** Most wrong addresses come of a client's setting. */
function baseHint(address: string, nearest: string): string {
  const versions = (text: string) => text.split("/").filter((part) => part === "v1").length;
  return versions(address) === versions(nearest)
    ? ""
    : " A client's base URL ends in /v1, which is there once.";
}
