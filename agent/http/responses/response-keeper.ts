import type { Responses } from "../../ports/responses.ts";
import type { RunKeeper } from "../../runs/conversation-run.ts";
import type { KeptItem } from "../../runs/run-record.ts";
import type { ResponseEvent, ResponseProgress } from "./response-progress.ts";

/** What is known of a response before its run begins. */
export interface NewResponse {
  /** Its run's. */
  readonly id: string;
  readonly userId: string;
  readonly progress: ResponseProgress;
  readonly previousId: string | undefined;
  readonly readsConversation: boolean;
  readonly isBackground: boolean;
  readonly input: readonly KeptItem[];
}

/** A response's part in its run's record, and its last events, which are made with that. */
export interface ResponseKeeper extends RunKeeper {
  readonly closing: () => readonly ResponseEvent[];
}

/** @param responses absent where nothing is kept. */
export function responseKeeper(
  response: NewResponse,
  responses: Pick<Responses, "open"> | undefined,
): ResponseKeeper {
  const { progress } = response;
  let closing: readonly ResponseEvent[] = [];
  return {
    begun: async ({ conversationId, userId }) => {
      progress.belongTo(conversationId);
      if (responses) await openResponse({ ...response, userId }, conversationId, responses);
    },
    ended: (ending) => {
      const { events, record } = progress.ended(ending);
      closing = events;
      return record;
    },
    closing: () => closing,
  };
}

/** @param conversationId absent while it waits for its turn there. */
export async function openResponse(
  { progress, ...response }: NewResponse,
  conversationId: string | undefined,
  responses: Pick<Responses, "open">,
): Promise<void> {
  const status = conversationId === undefined ? "queued" : "in_progress";
  const body = { ...progress.body(), status };
  await responses.open({ ...response, conversationId, status, body });
}
