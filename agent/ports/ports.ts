import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Paging } from "./conversation-archive.ts";
import type { ModelChunk } from "./model-chunk.ts";
import type { HandedOver } from "../loop/splice-rounds.ts";
import type { TraceHeaders } from "../telemetry/trace-context.ts";
import type { FinishedRun, NewRun, StoredConversation } from "../runs/run-record.ts";

/** One streamed turn of a chat model. Failures are ApiErrors, as our own caller should see them. */
export interface Model {
  /** Chunks that came together are given together: each step of a stream has its price. */
  stream(request: ModelRequest, context: CallContext): AsyncIterable<readonly ModelChunk[]>;
  /** Resolves when the model's server answers. */
  ping(signal: AbortSignal): Promise<void>;
}

export type ModelRequest = Omit<ChatCompletionCreateParamsStreaming, "stream" | "stream_options">;

/** With W3C's trace context, so that the model's server joins our trace. */
export interface CallContext extends TraceHeaders {
  readonly signal: AbortSignal;
}

/** Conversations and their runs, found only for those who `mayUse` them. */
export interface Conversations {
  /** Records the run and its new messages; opens the conversation, as this user's, when it is new. */
  begin(run: NewRun): Promise<BegunRun>;
  finish(run: FinishedRun): Promise<void>;
  /**
   * What runs of this owner said that ended by asking their client for the calls of one of these lists
   * of ids; for each list the newest first.
   */
  handedOver(userId: string, calls: readonly (readonly string[])[]): Promise<readonly HandedOver[]>;
  /** With one page of its messages, oldest first. */
  find(id: string, userId: string, page: Paging): Promise<StoredConversation | undefined>;
  /** What is kept of a trusted client's chat: one for each of its users who wrote in it. */
  ofChat(externalId: string): Promise<readonly { readonly id: string; readonly userId: string }[]>;
  /** False when there is no such conversation of this owner. */
  remove(id: string, userId: string): Promise<boolean>;
  ping(): Promise<void>;
}

export interface BegunRun {
  /** Empty where nothing is kept of the run. */
  readonly conversationId: string;
  /** Whose the conversation is: the run's own user, or one whom the run's key has named. */
  readonly userId: string;
  /** Whether anything was said in the conversation before this run. */
  readonly hasEarlier: boolean;
  /** The last messages of that, oldest first; no more than the run asked for. */
  readonly history: readonly ChatCompletionMessageParam[];
  /** Ids of messages that the client's history has no more since this run. */
  readonly superseded: readonly string[];
}

export interface SearchService {
  /** Throws an Error whose message a model can read. */
  search(query: SearchQuery, signal: AbortSignal): Promise<readonly SearchResult[]>;
}

export interface SearchQuery {
  readonly text: string;
  readonly maxResults: number;
  readonly timeRange?: "day" | "week" | "month" | "year" | undefined;
}

export interface SearchResult {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
  readonly publishedAt?: string | undefined;
}

export interface PageFetcher {
  /** Throws an Error whose message a model can read, and which has nothing of the page. */
  fetch(url: string, signal: AbortSignal): Promise<Page>;
}

export interface Page {
  /** Where it came from in the end. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
  /** It is longer, and this is its beginning. */
  readonly isCut: boolean;
}
