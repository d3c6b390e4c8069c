import type { BegunRun } from "./ports.ts";
import type { KeptItem, ResponseRecord } from "../runs/run-record.ts";

export type ResponseStatus = "queued" | "in_progress" | ResponseRecord["status"];

/** A response that is begun, or waits to be. Its id is that of its run. */
export interface OpenedResponse {
  readonly id: string;
  readonly userId: string;
  /** Absent while it waits for its turn in a conversation. */
  readonly conversationId: string | undefined;
  /** The response that it goes on from. */
  readonly previousId: string | undefined;
  /** Whether it read all that was in its conversation before. */
  readonly readsConversation: boolean;
  readonly isBackground: boolean;
  readonly status: "queued" | "in_progress";
  /** The response without its output. */
  readonly body: object;
  readonly input: readonly KeptItem[];
}

export interface StoredResponse {
  readonly id: string;
  readonly conversationId: string | undefined;
  readonly isBackground: boolean;
  readonly status: ResponseStatus;
  readonly body: object;
  readonly output: readonly KeptItem[];
}

export interface ItemPaging {
  readonly limit: number;
  /** The id of the last item that was seen already. */
  readonly after: string | undefined;
  readonly order: "asc" | "desc";
}

export interface ItemPage {
  readonly data: readonly KeptItem[];
  readonly hasMore: boolean;
}

/** Responses that are kept, found only for those who `mayUse` them; how they end is their runs' record. */
export interface Responses {
  /** Once more when it begins, where it waited; what its conversation lost meanwhile is not kept. */
  open(response: OpenedResponse): Promise<void>;
  /** Ends one whose run never began. */
  close(id: string, record: ResponseRecord): Promise<void>;
  find(id: string, userId: string): Promise<StoredResponse | undefined>;
  inputItems(id: string, userId: string, page: ItemPaging): Promise<ItemPage | undefined>;
  /** Items by their ids, of any response of this owner; the newest of each. */
  items(ids: readonly string[], userId: string): Promise<readonly KeptItem[]>;
  /** What was said up to a response, it included: the last messages, oldest first. */
  history(id: string, userId: string, limit: number): Promise<BegunRun["history"]>;
  /** False when there is no such response of this owner. */
  remove(id: string, userId: string): Promise<boolean>;
}
