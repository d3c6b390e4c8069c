import { mayUse } from "../../agent/ownership.ts";
import type { OpenedResponse, Responses } from "../../agent/ports/responses.ts";
import type { KeptItem, ResponseRecord } from "../../agent/runs/run-record.ts";
import type { InMemoryConversations } from "./in-memory-conversations.ts";

/** Responses in memory, by the rules of the real ones; how they ended, their runs' records say. */
export class InMemoryResponses implements Responses {
  readonly #opened = new Map<string, OpenedResponse>();
  readonly #closed = new Map<string, ResponseRecord>();
  readonly #conversations: InMemoryConversations;

  constructor(conversations: InMemoryConversations) {
    this.#conversations = conversations;
  }

  open(response: OpenedResponse): Promise<void> {
    this.#opened.set(response.id, response);
    return Promise.resolve();
  }

  close(id: string, record: ResponseRecord): Promise<void> {
    this.#closed.set(id, record);
    return Promise.resolve();
  }

  async find(id: string, userId: string): ReturnType<Responses["find"]> {
    const opened = await this.#owned(id, userId);
    if (opened === undefined) return undefined;
    const { conversationId, isBackground, status, body } = opened;
    const ended = this.#ended(id);
    return { id, conversationId, isBackground, output: [], ...(ended ?? { status, body }) };
  }

  async inputItems(...[id, userId, page]: Parameters<Responses["inputItems"]>) {
    const opened = await this.#owned(id, userId);
    if (opened === undefined) return undefined;
    const all = page.order === "asc" ? opened.input : opened.input.toReversed();
    const from = all.findIndex((item) => item.id === page.after) + 1;
    const data = all.slice(from, from + page.limit);
    return { data, hasMore: all.length > from + page.limit };
  }

  items(ids: readonly string[], userId: string): Promise<readonly KeptItem[]> {
    const mine = [...this.#opened.values()].filter((each) => mayUse(userId, each.userId));
    const items = mine.flatMap(({ id, input }) => [...input, ...(this.#ended(id)?.output ?? [])]);
    return Promise.resolve(items.filter(({ id }) => ids.includes(id)));
  }

  async history(id: string, userId: string, limit: number): ReturnType<Responses["history"]> {
    const opened = await this.#owned(id, userId);
    if (opened === undefined) return [];
    const { begun, finished } = this.#conversations;
    const said = (runId: string) => [
      ...(begun.find((run) => run.id === runId)?.messages ?? []),
      ...(finished.find((run) => run.id === runId)?.messages ?? []),
    ];
    const before = opened.readsConversation
      ? begun
          .slice(
            0,
            begun.findIndex((run) => run.id === id),
          )
          .filter(({ conversation }) => "id" in conversation)
          .filter(
            ({ conversation }) => (conversation as { id: string }).id === opened.conversationId,
          )
          .flatMap((run) => said(run.id))
      : opened.previousId === undefined
        ? []
        : await this.history(opened.previousId, userId, limit);
    return [...before, ...said(id)].slice(-limit);
  }

  async remove(id: string, userId: string): Promise<boolean> {
    return (await this.#owned(id, userId)) !== undefined && this.#opened.delete(id);
  }

  #ended(id: string): ResponseRecord | undefined {
    const { finished } = this.#conversations;
    return this.#closed.get(id) ?? finished.find((run) => run.id === id)?.response;
  }

  async #owned(id: string, userId: string): Promise<OpenedResponse | undefined> {
    const found = this.#opened.get(id);
    if (found === undefined || !mayUse(userId, found.userId)) return undefined;
    const { conversationId } = found;
    if (conversationId === undefined) return found;
    const { limit, after } = { limit: 1, after: undefined };
    // It is deleted with its conversation.
    const kept = await this.#conversations.find(conversationId, userId, { limit, after });
    return kept && found;
  }
}
