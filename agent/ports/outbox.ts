import type { RememberedMessage } from "../memory/pieces.ts";

/** Messages that are to be remembered, until they are. */
export interface Outbox {
  /** Takes what is due for a while; nobody else gets it meanwhile. */
  claim(limit: number): Promise<readonly OutboxEntry[]>;
  /** Gives back the ids of messages that were deleted, or are being deleted, since the claim. */
  complete(entries: readonly OutboxEntry[]): Promise<readonly string[]>;
  /** They are due again later, the later the more often it failed. */
  postpone(entries: readonly OutboxEntry[], reason: string): Promise<void>;
  depth(): Promise<number>;
}

export interface OutboxEntry extends RememberedMessage {
  /** The span of the run that the message belongs to. */
  readonly traceparent: string | null;
  /** Names this claim: whoever claims after us has another. */
  readonly lease: string;
}
