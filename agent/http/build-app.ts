import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { uuid } from "../identifiers.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { agentRoute } from "./agent-route.ts";
import { bodyGate } from "./body-gate.ts";
import { chatsRoute } from "./chats-route.ts";
import { chatRoute } from "./chat-route.ts";
import { conversationsRoute } from "./conversations-route.ts";
import type { Dependencies } from "../dependencies.ts";
import { embeddingsRoute } from "./embeddings-route.ts";
import { healthRoute } from "./health-route.ts";
import { jsonBodies } from "./json-bodies.ts";
import { metricsRoute } from "./metrics-route.ts";
import { modelsRoute } from "./models-route.ts";
import { collectRoutes, openapiRoute } from "./openapi-route.ts";
import { cutWhenUnread } from "./patience.ts";
import { requireKey } from "./require-key.ts";
import { refuse, refuseAddress, refuseUnknown } from "./refusals.ts";
import { noteAnswers, refuseBytes, refuseOddRequests } from "./refused-bytes.ts";
import { BackgroundResponses } from "./responses/background-responses.ts";
import { createResponseRoute } from "./responses/create-response-route.ts";
import { storedResponsesRoute } from "./responses/stored-responses-route.ts";
import { shedLoad } from "./shed-load.ts";
import { validatorCompiler } from "./validator-compiler.ts";

/** The whole HTTP service, listening to nothing yet. */
export function buildApp(dependencies: Dependencies, logger?: FastifyBaseLogger): FastifyInstance {
  const { bodyLimitBytes, requestTimeoutMs, writeTimeoutMs } = dependencies.settings;
  const app = Fastify({
    ...(logger && { loggerInstance: logger }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    http: {
      // Node takes the larger of the two for the whole request.
      headersTimeout: requestTimeoutMs,
      // How often it looks for requests that take too long.
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
      // Node's own refusal has no body.
      requireHostHeader: false,
    },
    // Whoever stops us has waited for the runs; a reader that does not read would wait for ever.
    forceCloseConnections: true,
    genReqId: () => uuid(),
    requestIdHeader: false,
    // Prompts are in no address of ours, but callers make up addresses: only ours are logged.
    logController: new LogController({ disableRequestLogging: true }),
    // A client's setting often has a slash too many.
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    // What would change an object's prototype has no meaning in any request: it goes, the rest is good.
    onProtoPoisoning: "remove",
    onConstructorPoisoning: "remove",
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseBytes,
  });
  // Only JSON: a page of another site can send text without asking the browser first.
  app.removeContentTypeParser("text/plain");
  noteAnswers(app);
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  refuseOddRequests(app);
  app.addHook("onSend", (_request, reply, payload, done) => {
    cutWhenUnread(reply.raw, writeTimeoutMs);
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "unknown";
    const { statusCode, elapsedTime } = reply;
    dependencies.metrics.recordRequest(route, statusCode, elapsedTime / 1000);
    request.log.info({ method: request.method, route, statusCode, ms: Math.round(elapsedTime) });
    done();
  });
  app.setErrorHandler(refuse);
  refuseUnknown(app);
  requireKey(app, dependencies.access);
  bodyGate(app, dependencies.settings);
  jsonBodies(app, dependencies.settings);
  shedLoad(app, dependencies.settings.eventLoopDelayMs);
  app.setValidatorCompiler(validatorCompiler);
  // The schemas of answers describe them: they are sent as they were made, with all that is in them.
  app.setSerializerCompiler(() => JSON.stringify);
  collectRoutes(app);
  void app.register((routes: ApiRoutes, _options, done) => {
    openapiRoute(routes);
    metricsRoute(routes, dependencies);
    healthRoute(routes, dependencies);
    modelsRoute(routes, dependencies);
    agentRoute(routes, dependencies);
    chatRoute(routes, dependencies);
    embeddingsRoute(routes, dependencies);
    conversationsRoute(routes, dependencies);
    const background = new BackgroundResponses(dependencies);
    createResponseRoute(routes, dependencies, background);
    storedResponsesRoute(routes, dependencies, background);
    chatsRoute(routes, dependencies);
    done();
  });
  return app;
}
