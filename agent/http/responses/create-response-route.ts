import type { FastifyReply, FastifyRequest } from "fastify";
import type { Dependencies } from "../../dependencies.ts";
import { unrecorded } from "../../integrations/open-webui.ts";
import { beginRun, type ConversationRun } from "../../runs/conversation-run.ts";
import { answerOnce, type Room, runHeaders, type StreamKeeper } from "../answer-once.ts";
import type { ApiRoutes } from "../api-routes.ts";
import { userOf } from "../caller.ts";
import { clientSignal } from "../client-signal.ts";
import { linksTo, operation, runErrors } from "../operation.ts";
import { type StreamedView, settledWithin, streamRun } from "../stream-run.ts";
import type { BackgroundResponses } from "./background-responses.ts";
import type { ResponseKeeper } from "./response-keeper.ts";
import {
  requestedResponse,
  type RequestedResponse,
  requireTogether,
} from "./requested-response.ts";
import type { ResponseProgress } from "./response-progress.ts";
import { responseRequest } from "./response-request.ts";
import { response as responseAnswer, responseEvent } from "./schemas.ts";
import { stateSeal } from "./sealed-state.ts";
import { streamLog } from "./stream-log.ts";

const createResponse = operation(
  { body: responseRequest, headers: runHeaders },
  {
    id: "createResponse",
    summary:
      "OpenAI's Responses API. What is said is kept in a conversation unless `store` is false; previous_response_id goes on from a response.",
    tag: "responses",
    answer: responseAnswer,
    event: responseEvent,
    errors: runErrors,
  },
);

/** How long a background response's request waits for what may keep it from beginning. */
const beginMs = 100;

export function createResponseRoute(
  routes: ApiRoutes,
  dependencies: Dependencies,
  background: BackgroundResponses,
): void {
  const { settings } = dependencies;
  const seal = stateSeal(settings.sealingSecret);
  const id = "$response.body#/id";
  const links = linksTo({ getResponse: id, listInputItems: id, deleteResponse: id });
  routes.post("/v1/responses", { schema: createResponse, links }, async (request, reply) => {
    const { body, caller } = request;
    requireTogether(body);
    const userId = userOf(request, caller, body.safety_identifier ?? body.user);
    const answering = async (keeper: StreamKeeper | undefined, room: Room) => {
      const wanted = await requestedResponse(request, userId, dependencies, seal);
      if (body.background === true) {
        return startInBackground(
          wanted,
          { request, reply, keeper, room },
          background,
          dependencies,
        );
      }
      const isKept = body.store !== false;
      const run = await beginRun(
        wanted.requested,
        isKept ? dependencies : unrecorded(dependencies),
        clientSignal(reply),
      );
      if (isKept) reply.header("x-conversation-id", run.conversationId);
      const { progress } = wanted.response;
      if (body.stream !== true) return drained(run, progress);
      await streamRun(run, reply, semanticEvents(progress, wanted.keeper), {
        keepAliveMs: settings.keepAliveMs,
        writeTimeoutMs: settings.writeTimeoutMs,
        named: true,
        keeper,
      });
      return undefined;
    };
    return answerOnce({ request, reply, caller, userId, named: true }, dependencies, answering);
  });
}

async function drained({ events }: ConversationRun, progress: ResponseProgress): Promise<object> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return progress.shown();
    progress.during(step.value);
  }
}

function semanticEvents(progress: ResponseProgress, keeper: ResponseKeeper): StreamedView {
  return {
    opening: () => progress.opening(),
    during: (event) => progress.during(event),
    closing: () => keeper.closing(),
    failing: () => keeper.closing(),
  };
}

interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly keeper: StreamKeeper | undefined;
  readonly room: Room;
}

async function startInBackground(
  { response, requested, keeper }: RequestedResponse,
  { request, reply, keeper: streamKeeper, room }: Call,
  background: BackgroundResponses,
  dependencies: Dependencies,
): Promise<object | undefined> {
  const isStreamed = (request.body as { readonly stream?: boolean | null }).stream === true;
  const started = await background.start({
    response,
    requested,
    keeper,
    streamKeeper: isStreamed ? streamKeeper : undefined,
    leave: room.hold(),
  });
  const { conversation } = requested;
  if (conversation && "id" in conversation) reply.header("x-conversation-id", conversation.id);
  try {
    await settledWithin(started.begun, beginMs);
  } catch (error) {
    // Its client is told so, and knows of no response that failed.
    await started.ended;
    await dependencies.responses.remove(response.id, response.userId);
    throw error;
  }
  if (!isStreamed) return response.progress.shown();
  await streamLog(started.log, -1, reply, dependencies);
  return undefined;
}
