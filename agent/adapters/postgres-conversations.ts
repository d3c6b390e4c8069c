import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type pg from "pg";
import { ApiError } from "../errors/api-error.ts";
import type { ConversationHead, Paging } from "../ports/conversation-archive.ts";
import { uuid } from "../identifiers.ts";
import type { BegunRun, Conversations } from "../ports/ports.ts";
import { broughtAs } from "../runs/client-turn.ts";
import type { FinishedRun, NewRun, StoredConversation } from "../runs/run-record.ts";
import { type NamedMessage, type Supersession, supersession } from "../runs/supersession.ts";
import { textOf } from "../telemetry/openinference.ts";
import { titleOf } from "./conversation-title.ts";
import type { RefusedRecords } from "./late-records.ts";
import { findHandedOver } from "./handed-over.ts";
import { type MessageColumns, messageIn } from "./message-columns.ts";
import { responseRow } from "./postgres-responses.ts";
import { query } from "./query.ts";
import { executionRow, messageRows, type StoredMessageColumns, storedMessageFrom } from "./rows.ts";
import { storableInt, storableJson } from "./storable-json.ts";
import {
  beginRunByExternalId,
  beginRunById,
  conversationsOfChat,
  finishRun,
  headOf,
  holdMemories,
  idleConversations,
  messagesPage,
  namedMessages,
  removeConversation,
  setRecordAside,
  supersede,
} from "./statements.ts";

export interface StoredConversations extends Conversations, RefusedRecords {
  /**
   * Withdraws what the outbox is writing of a conversation that is to be deleted, and says whose it is;
   * undefined where this user has no such conversation.
   */
  readonly holdMemories: (id: string, userId: string) => Promise<string | undefined>;
  /** Those that nothing was said in for so many days; the oldest hundred. */
  readonly idle: (days: number) => Promise<readonly { id: string; userId: string }[]>;
}

/** @param lateSeconds after which no span of a run comes in any more. */
export function postgresConversations(pool: pg.Pool, lateSeconds = 0): StoredConversations {
  return {
    begin: (run) => begin(pool, run),
    finish: (run) => finish(pool, run),
    setAside: (run, reason) => setAside(pool, run, reason),
    handedOver: (userId, calls) => findHandedOver(pool, userId, calls),
    find: (id, userId, page) => find(pool, id, userId, page),
    async ofChat(externalId) {
      const found = await query<{ id: string; userId: string }>(pool, conversationsOfChat, [
        externalId,
      ]);
      return found.rows;
    },
    async remove(id, userId) {
      return (await query(pool, removeConversation, [id, userId, lateSeconds])).rows.length === 1;
    },
    async holdMemories(id, userId) {
      const { rows } = await query<{ userId: string }>(pool, holdMemories, [id, userId]);
      return rows[0]?.userId;
    },
    async idle(days) {
      const { rows } = await query<{ id: string; userId: string }>(pool, idleConversations, [days]);
      return rows;
    },
    async ping() {
      await query(pool, "SELECT 1");
    },
  };
}

/** Runs of a process that died would look alive for ever. One agent serves a database at a time. */
export async function failStaleRuns(pool: pg.Pool): Promise<number> {
  const error = { type: "server_error", message: "The agent stopped during this run." };
  const result = await pool.query(
    "UPDATE runs SET status = 'failed', error = $1, finished_at = now() WHERE status = 'running'",
    [storableJson(error)],
  );
  return result.rowCount ?? 0;
}

interface BegunColumns {
  readonly id: string;
  readonly userId: string;
  readonly history: readonly MessageColumns[];
  readonly hasEarlier: boolean;
}

async function begin(pool: pg.Pool, run: NewRun): Promise<BegunRun> {
  const externalId = "externalId" in run.conversation ? run.conversation.externalId : null;
  const id = "id" in run.conversation ? run.conversation.id : uuid();
  const { turn } = run;
  const { superseded, isQuestionStored } = await followTurn(pool, run);
  // Asked again, it is not said again.
  const messages = isQuestionStored
    ? run.messages.filter(({ role }) => role === "tool")
    : run.messages;
  // One statement, one journey: its parts see the conversation as it was before.
  const { rows } = await query<BegunColumns>(
    pool,
    externalId === null ? beginRunById : beginRunByExternalId,
    [
      id,
      externalId,
      run.userId,
      run.source,
      run.id,
      run.endpoint,
      run.model,
      run.traceId,
      storableJson(run.metadata),
      storableJson(
        messageRows(messages, run.remember, (message) => turn && broughtAs(message, turn)),
      ),
      run.historyMessages,
      titleOf(run.messages),
    ],
  );
  const [row] = rows;
  // Someone else's conversation looks like none at all.
  if (row === undefined) throw conversationNotFound(id);
  const { id: conversationId, userId, hasEarlier } = row;
  const history = whole(row.history.map(messageIn));
  return { conversationId, userId, hasEarlier, history, superseded };
}

const nothingSuperseded: Supersession = {
  superseded: [],
  reinstated: [],
  isQuestionStored: false,
};

/** Marks what the client's history has no more, before the run that shows it. */
async function followTurn(pool: pg.Pool, run: NewRun): Promise<Supersession> {
  const { conversation, turn, userId, source, remember } = run;
  if (turn === undefined || !("externalId" in conversation)) return nothingSuperseded;
  const named = [userId, source, conversation.externalId];
  const { rows } = await query<NamedColumns>(pool, namedMessages, named);
  const followed = supersession(rows.map(namedMessageFrom), turn);
  const { superseded, reinstated } = followed;
  if (superseded.length + reinstated.length > 0) {
    await query(pool, supersede, [superseded, reinstated, remember?.traceparent ?? null]);
  }
  return followed;
}

interface NamedColumns extends Omit<NamedMessage, "words"> {
  readonly content: ChatCompletionMessageParam["content"];
}

function namedMessageFrom({ content, ...named }: NamedColumns): NamedMessage {
  return { ...named, words: content === null ? null : textOf(content) };
}

async function finish(pool: pg.Pool, run: FinishedRun): Promise<void> {
  await query(pool, finishRun, [
    run.id,
    run.conversationId,
    run.status,
    run.finishReason ?? null,
    run.stopReason ?? null,
    storableInt(run.steps),
    storableInt(run.usage.prompt_tokens),
    storableInt(run.usage.completion_tokens),
    run.error === undefined ? null : storableJson(run.error),
    storableJson(messageRows(run.messages, run.remember, () => run.namedAs)),
    storableJson(run.executions.map(executionRow)),
    run.answeredBy ?? null,
    run.response === undefined ? null : storableJson(responseRow(run.response)),
  ]);
}

const recordCharacters = 1_000_000;

async function setAside(pool: pg.Pool, run: FinishedRun, reason: unknown): Promise<void> {
  const error = { type: "server_error", message: "The database refused this run's record." };
  await query(pool, setRecordAside, [
    run.id,
    storableJson(error),
    reason instanceof Error ? reason.message : String(reason),
    storableJson(run).slice(0, recordCharacters),
  ]);
}

async function find(
  pool: pg.Pool,
  id: string,
  userId: string,
  { limit, after }: Paging,
): Promise<StoredConversation | undefined> {
  const [found] = (await query<ConversationHead>(pool, headOf, [id, userId])).rows;
  if (found === undefined) return undefined;
  const values = [id, after ?? null, limit + 1];
  const { rows } = await query<StoredMessageColumns>(pool, messagesPage, values);
  const messages = rows.slice(0, limit).map(storedMessageFrom);
  return { ...found, messages, has_more: rows.length > limit };
}

export function conversationNotFound(id: string): ApiError {
  return new ApiError(404, `There is no conversation ${id}.`, {
    code: "conversation_not_found",
    param: "conversation_id",
  });
}

/** A window may open between a call and its results; models refuse results without their call. */
function whole(history: readonly ChatCompletionMessageParam[]): ChatCompletionMessageParam[] {
  const start = history.findIndex(({ role }) => role === "user");
  return start === -1 ? [] : history.slice(start);
}
