import type { StoredConversation } from "../runs/run-record.ts";

/** What somebody can see of all conversations that they `mayUse`, and take away of one. */
export interface ConversationArchive {
  /** The one that something was said in last comes first. */
  list(userId: string, page: Paging): Promise<ConversationPage>;
  /** Undefined where they have no such conversation. */
  open(id: string, userId: string): Promise<ConversationExport | undefined>;
}

export interface Paging {
  readonly limit: number;
  /** The id of the last one that was seen already. */
  readonly after: string | undefined;
}

export type ConversationHead = Omit<StoredConversation, "messages" | "has_more">;

export interface ConversationPage {
  readonly data: readonly ConversationHead[];
  readonly hasMore: boolean;
}

/** All of a conversation, a few rows at a time, however long it is. */
export interface ConversationExport {
  readonly head: ConversationHead;
  readonly parts: Readonly<Record<ExportedPart, () => AsyncIterable<readonly object[]>>>;
}

export type ExportedPart = "messages" | "runs" | "tool_executions";
