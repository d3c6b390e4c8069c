import type {
  ConversationArchive,
  ConversationExport,
  ConversationHead,
  ConversationPage,
  Paging,
} from "../../agent/ports/conversation-archive.ts";
import { conversationNotFound } from "../../agent/adapters/postgres-conversations.ts";
import { mayUse } from "../../agent/ownership.ts";
import type { BegunRun, Conversations } from "../../agent/ports/ports.ts";
import type { FinishedRun, NewRun } from "../../agent/runs/run-record.ts";

interface Kept {
  readonly owner: string;
  readonly messages: BegunRun["history"][number][];
  /** Grows with every use: what was used last comes first in a list. */
  usedAt: number;
}

const everything: Paging = { limit: Number.MAX_SAFE_INTEGER, after: undefined };

/** Conversations in memory, by the rules of the real ones: found for their owner only. */
export class InMemoryConversations implements Conversations, ConversationArchive {
  readonly begun: NewRun[] = [];
  readonly finished: FinishedRun[] = [];
  readonly #byId = new Map<string, Kept>();
  #uses = 0;
  isUp = true;

  begin(run: NewRun): Promise<BegunRun> {
    const id = "id" in run.conversation ? run.conversation.id : run.conversation.externalId;
    const found = this.#byId.get(id);
    if (found && !mayUse(run.userId, found.owner)) return Promise.reject(conversationNotFound(id));
    const conversation = found ?? { owner: run.userId, messages: [], usedAt: 0 };
    this.begun.push(run);
    const history = run.historyMessages === 0 ? [] : [...conversation.messages];
    const hasEarlier = conversation.messages.length > 0;
    conversation.messages.push(...run.messages);
    conversation.usedAt = ++this.#uses;
    this.#byId.set(id, conversation);
    const { owner: userId } = conversation;
    return Promise.resolve({ conversationId: id, userId, hasEarlier, history, superseded: [] });
  }

  finish(run: FinishedRun): Promise<void> {
    this.finished.push(run);
    this.#byId.get(run.conversationId)?.messages.push(...run.messages);
    return Promise.resolve();
  }

  handedOver(...[userId, calls]: Parameters<Conversations["handedOver"]>) {
    const owned = new Set(
      this.begun.filter((run) => mayUse(userId, run.userId)).map(({ id }) => id),
    );
    const asked = this.finished.filter(
      ({ id, status, messages }) =>
        status === "requires_action" &&
        owned.has(id) &&
        calls.some((ids) => {
          const asking = messages.findLast(({ role }) => role === "assistant");
          return ids.every((each) => JSON.stringify(asking).includes(each));
        }),
    );
    return Promise.resolve(asked.map(({ messages }) => messages).toReversed());
  }

  find(id: string, userId: string, page = everything): ReturnType<Conversations["find"]> {
    const found = this.#owned(id, userId);
    if (!found) return Promise.resolve(undefined);
    const all = this.#messages(id, found);
    const from = all.findIndex((message) => message.id === page.after) + 1;
    const messages = all.slice(from, from + page.limit);
    return Promise.resolve({
      ...head(id, found),
      messages,
      has_more: all.length > from + page.limit,
    });
  }

  list(userId: string, { limit, after }: Paging): Promise<ConversationPage> {
    const kept = [...this.#byId]
      .filter(([, { owner }]) => mayUse(userId, owner))
      .sort(([, a], [, b]) => b.usedAt - a.usedAt);
    const from = after === undefined ? 0 : kept.findIndex(([id]) => id === after) + 1;
    const data = kept.slice(from, from + limit).map(([id, each]) => head(id, each));
    return Promise.resolve({ data, hasMore: kept.length > from + limit });
  }

  open(id: string, userId: string): Promise<ConversationExport | undefined> {
    const found = this.#owned(id, userId);
    if (!found) return Promise.resolve(undefined);
    const ids = new Set(
      this.finished.filter((run) => run.conversationId === id).map((run) => run.id),
    );
    const runs = this.finished.filter((run) => ids.has(run.id));
    return Promise.resolve({
      head: head(id, found),
      parts: {
        messages: () => oneByOne(this.#messages(id, found)),
        runs: () => oneByOne(runs.map(({ id: runId, status }) => ({ id: runId, status }))),
        tool_executions: () => oneByOne(runs.flatMap(({ executions }) => executions)),
      },
    });
  }

  ofChat(externalId: string) {
    const found = this.#byId.get(externalId);
    return Promise.resolve(found ? [{ id: externalId, userId: found.owner }] : []);
  }

  remove(id: string, userId: string): Promise<boolean> {
    return Promise.resolve(this.#owned(id, userId) !== undefined && this.#byId.delete(id));
  }

  ping(): Promise<void> {
    return this.isUp ? Promise.resolve() : Promise.reject(new Error("down"));
  }

  #owned(id: string, userId: string): Kept | undefined {
    const found = this.#byId.get(id);
    return found && mayUse(userId, found.owner) ? found : undefined;
  }

  #messages(id: string, { messages }: Kept) {
    return messages.map((message, index) => ({
      ...message,
      id: `${id.slice(0, -4)}${String(index).padStart(4, "0")}`,
      run_id: null,
      created_at: at,
      superseded_at: null,
    }));
  }
}

const at = "2026-01-01T00:00:00.000Z";

function head(id: string, { owner }: Kept): ConversationHead {
  // As Postgres does: what is behind the key's own mark is the name that requests gave.
  const [, user = null] = owner.split("/");
  return { id, user, source: "api", title: null, metadata: {}, created_at: at, updated_at: at };
}

async function* oneByOne(rows: readonly object[]): AsyncGenerator<readonly object[]> {
  for (const row of rows) yield await Promise.resolve([row]);
}
