import type { RememberedMessage } from "../memory/pieces.ts";

/** Messages that are to be remembered, or to be forgotten since they are superseded, until that is done. */
export interface Outbox {
  /** Takes what is due for a while; nobody else gets it meanwhile. */
  claim(limit: number): Promise<readonly OutboxEntry[]>;
  /** Gives back the ids of messages that since the claim were deleted, or are to be, or changed once more. */
  complete(entries: readonly OutboxEntry[]): Promise<readonly string[]>;
  /** They are due again later, the later the more often it failed. */
  postpone(entries: readonly OutboxEntry[], reason: string): Promise<void>;
  depth(): Promise<number>;
}

export interface OutboxEntry extends RememberedMessage {
  /** Whether it is to be forgotten. */
  readonly isSuperseded: boolean;
  /** The span of the run that the message belongs to, or that superseded it. */
  readonly traceparent: string | null;
  /** Names this claim: whoever claims after us has another. */
  readonly lease: string;
}
