import type { FastifyInstance } from "fastify";
import { type AccessRules, type Caller, identify } from "./caller.ts";
import { isOpen } from "./operation.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls, on every route that is not open to everybody. */
    caller: Caller;
  }
}

/** Knows a caller before anything of its request is read. */
export function requireKey(app: FastifyInstance, access: AccessRules): void {
  app.decorateRequest("caller");
  app.addHook("onRequest", (request, _reply, done) => {
    if (!isOpen(request.routeOptions.schema ?? {})) request.caller = identify(request, access);
    done();
  });
}
