import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { FastifyRequest } from "fastify";
import type { Dependencies } from "../../dependencies.ts";
import { ApiError, invalidRequest } from "../../errors/api-error.ts";
import { uuid } from "../../identifiers.ts";
import { wholeRounds } from "../../loop/whole-rounds.ts";
import type { StoredResponse } from "../../ports/responses.ts";
import type { RequestedRun } from "../../runs/conversation-run.ts";
import type { ConversationKey } from "../../runs/run-record.ts";
import { callerTrace } from "../caller-trace.ts";
import { conversationKey } from "../caller.ts";
import { newMessages } from "../chat-request.ts";
import { resolveModel } from "../models-route.ts";
import { withOwnRounds } from "../own-rounds.ts";
import { type NewResponse, responseKeeper, type ResponseKeeper } from "./response-keeper.ts";
import { messagesOf, requireWholeCalls } from "./input-messages.ts";
import { keptInput } from "./kept-input.ts";
import { modelParameters } from "./model-parameters.ts";
import { requestedTools } from "./requested-tools.ts";
import { resolvedInput } from "./resolved-input.ts";
import { responseId, runIdOf } from "./response-id.ts";
import { responseHead } from "./response-object.ts";
import { ResponseProgress } from "./response-progress.ts";
import type { ResponseRequest } from "./response-request.ts";
import type { StateSeal } from "./sealed-state.ts";

/** A response that a request asks for, ready to be begun. */
export interface RequestedResponse {
  readonly response: NewResponse;
  readonly requested: RequestedRun;
  readonly keeper: ResponseKeeper;
}

/**
 * What a schema can't say of a request.
 *
 * @throws ApiError 400 with the parameter that is wrong.
 */
export function requireTogether(body: ResponseRequest): void {
  const { conversation, previous_response_id: previous, background, store } = body;
  if (conversation && previous) {
    const message = "A response goes on from a conversation or from a response, not from both.";
    throw invalidRequest(message, "previous_response_id");
  }
  if (store !== false) return;
  if (background === true) throw invalidRequest("A background response is kept.", "background");
  if (conversation) {
    throw invalidRequest("What is said in a conversation is kept in it.", "conversation");
  }
}

/** @throws ApiError where the request is wrong, or what it goes on from is not there. */
export async function requestedResponse(
  request: FastifyRequest & { readonly body: ResponseRequest },
  userId: string,
  dependencies: Dependencies,
  seal: StateSeal,
): Promise<RequestedResponse> {
  const { body, caller } = request;
  const { settings, responses, conversations } = dependencies;
  const model = body.model ?? settings.model;
  const tools = requestedTools(body, dependencies.tools, settings.request);
  const items = await resolvedInput(body.input, userId, responses);
  const input = messagesOf(items, seal);
  if (input.length > settings.request.messages) {
    throw invalidRequest(`There are more than ${settings.request.messages} messages.`, "input");
  }
  const previous = await previousOf(body, userId, responses);
  const named = conversationOf(body);
  const isKept = body.store !== false;
  const place = previous ?? named ?? (isKept ? conversationKey(request, caller, null) : undefined);
  const isBackground = body.background === true;
  // Without earlier messages of ours, the input is all there is, and its calls must be whole.
  const isWhole = previous === undefined && named === undefined;
  if (isWhole) requireWholeCalls(input);
  const said = previous ? input : await withOwnRounds(input, userId, conversations);

  const id = uuid();
  const facts = {
    id: responseId(id),
    createdAt: new Date(),
    model,
    previousId: body.previous_response_id ?? null,
    conversationId: undefined,
  };
  const progress = new ResponseProgress(responseHead(body, facts), {
    include: new Set(body.include ?? []),
    knowsWebSearch: tools.knowsWebSearch,
    customTools: tools.customTools,
    seal: seal.seal,
  });
  const response: NewResponse = {
    id,
    userId,
    progress,
    previousId: previous && runIdOf(body.previous_response_id ?? ""),
    readsConversation: named !== undefined,
    isBackground,
    input: keptInput(items),
  };
  const keeper = responseKeeper(response, isKept ? responses : undefined);
  const requested: RequestedRun = {
    id,
    endpoint: "responses",
    userId,
    source: "responses",
    // So that a background response can tell where it belongs before its turn has come.
    conversation: isKept ? (place ?? (isBackground ? { id: uuid() } : undefined)) : undefined,
    model: resolveModel(model, settings),
    // A client that names its own conversation sends all of it each time.
    newMessages: place !== undefined && isWhole ? newMessages(input) : input,
    metadata: body.metadata ?? {},
    ...callerTrace(request, caller),
    readsHistory: named !== undefined,
    ...(previous && {
      earlier: () =>
        responses.history(response.previousId ?? "", userId, settings.request.messages),
    }),
    keeper,
    request: (history) => {
      if (!isWhole) requireWholeCalls(input, history);
      return {
        messages: [
          ...instructionsOf(body),
          // A client that went on without an answer to our calls leaves them open in the history.
          ...(isWhole ? said : wholeRounds([...history, ...said])),
        ],
        parameters: modelParameters(body),
        tools: tools.tools,
        mustCallTool: false,
        requestedCalls: [],
        clientTools: tools.clientTools,
        toolChoice: tools.toolChoice,
        parallelToolCalls: body.parallel_tool_calls ?? undefined,
        maxToolCalls: body.max_tool_calls ?? undefined,
        mayNotTrim: body.truncation === "disabled",
      };
    },
  };
  return { response, requested, keeper };
}

function instructionsOf({ instructions }: ResponseRequest): ChatCompletionMessageParam[] {
  return instructions ? [{ role: "system", content: instructions }] : [];
}

/** @throws ApiError 400 where it is not there, 409 where nobody knows yet what it will say. */
async function previousOf(
  { previous_response_id: id }: ResponseRequest,
  userId: string,
  responses: Dependencies["responses"],
): Promise<ConversationKey | undefined> {
  if (!id) return undefined;
  const runId = runIdOf(id);
  const found: StoredResponse | undefined = runId ? await responses.find(runId, userId) : undefined;
  if (found === undefined) {
    throw new ApiError(400, `There is no response ${id} to go on from.`, {
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  }
  if (found.conversationId !== undefined) return { id: found.conversationId };
  const message = `The response ${id} ${found.status === "queued" ? "has not begun yet" : "never began"}.`;
  throw new ApiError(409, message, {
    code: "previous_response_not_begun",
    param: "previous_response_id",
    retryAfterSeconds: 2,
  });
}

function conversationOf({ conversation }: ResponseRequest): { readonly id: string } | undefined {
  if (!conversation) return undefined;
  const id = typeof conversation === "string" ? conversation : conversation.id;
  return { id: id.toLowerCase() };
}
