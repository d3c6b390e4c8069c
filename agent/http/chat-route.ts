import { answerOnce, runHeaders, type StreamKeeper } from "./answer-once.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { callerTrace } from "./caller-trace.ts";
import { conversationKey, userOf } from "./caller.ts";
import { chatChunks } from "./chat-chunks.ts";
import { chatCompletion, conversationParts } from "./chat-completion.ts";
import {
  chatRequest,
  clientToolsOf,
  messagesOf,
  newMessages,
  parametersOf,
  requireChatRequest,
  toolChoiceOf,
} from "./chat-request.ts";
import { clientSignal } from "./client-signal.ts";
import { inTools } from "./functions-before-tools.ts";
import { noteIgnoredFields } from "./ignored-fields.ts";
import { beginRun, drain, type RequestedRun } from "../runs/conversation-run.ts";
import type { Dependencies } from "../dependencies.ts";
import { resolveModel } from "./models-route.ts";
import { linksToConversation, operation, runErrors } from "./operation.ts";
import { requireOwnFields } from "./require-own-fields.ts";
import { chatCompletion as completionAnswer, chatCompletionChunk } from "./schemas/run-answers.ts";
import { asAsked } from "../integrations/as-asked.ts";
import { asTask, isTask, isTemporaryChat, turnOf, unrecorded } from "../integrations/open-webui.ts";
import { withOwnRounds } from "./own-rounds.ts";
import { streamRun } from "./stream-run.ts";

const createChatCompletion = operation(
  { body: chatRequest, headers: runHeaders },
  {
    id: "createChatCompletion",
    summary:
      "OpenAI's chat completions; the request's messages are the whole conversation, and without a conversation_id they begin a new one.",
    tag: "OpenAI",
    answer: completionAnswer,
    event: chatCompletionChunk,
    errors: runErrors,
  },
);

/** OpenAI's chat completions: stateless, for the client's messages are the truth. */
export function chatRoute(routes: ApiRoutes, dependencies: Dependencies): void {
  const { settings, tools, conversations } = dependencies;
  const links = linksToConversation("$response.header.x-conversation-id");
  const options = { schema: createChatCompletion, links };
  routes.post("/v1/chat/completions", options, async (request, reply) => {
    const { body: sentBody, caller } = request;
    requireOwnFields(sentBody);
    noteIgnoredFields(chatRequest, sentBody, reply);
    const body = inTools(sentBody);
    requireChatRequest(body, settings.request);
    const isForTask = isTask(request, caller, body);
    const isKept = !isForTask && !isTemporaryChat(request, caller);
    const conversation = isKept
      ? conversationKey(request, caller, body.conversation_id)
      : undefined;
    const sent = messagesOf(body);
    const added = (conversation === undefined ? sent : newMessages(sent)).map(asAsked);
    const userId = userOf(request, caller, body.safety_identifier ?? body.user);
    const model = resolveModel(body.model, settings);
    const answering = async (keeper: StreamKeeper | undefined) => {
      const messages = await withOwnRounds(sent, userId, conversations);
      const requested: RequestedRun = {
        endpoint: "chat.completions",
        userId,
        source: "chat.completions",
        conversation,
        model,
        newMessages: added,
        turn: turnOf(request, caller, sent),
        metadata: body.metadata ?? {},
        ...callerTrace(request, caller),
        readsHistory: false,
        request: () => ({
          messages,
          parameters: parametersOf(body),
          tools,
          mustCallTool: false,
          requestedCalls: [],
          clientTools: clientToolsOf(body),
          toolChoice: toolChoiceOf(body),
          parallelToolCalls: body.parallel_tool_calls ?? undefined,
        }),
      };
      const run = await beginRun(
        isForTask ? asTask(requested, settings) : requested,
        isKept ? dependencies : unrecorded(dependencies),
        clientSignal(reply),
      );
      if (isKept) reply.header("x-conversation-id", run.conversationId);
      if (body.stream === true) {
        const { keepAliveMs, writeTimeoutMs } = settings;
        await streamRun(run, reply, chatChunks(sentBody, run), {
          keepAliveMs,
          writeTimeoutMs,
          keeper,
        });
        return undefined;
      }
      const outcome = await drain(run.events);
      const completion = chatCompletion(sentBody, run, outcome);
      return isKept ? { ...completion, ...conversationParts(run, outcome, added) } : completion;
    };
    return answerOnce({ request, reply, caller, userId }, dependencies, answering);
  });
}
