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

export interface OutboxEntry {
  readonly messageId: string;
  readonly conversationId: string;
  readonly userId: string;
  readonly role: string;
  readonly content: unknown;
  readonly createdAt: string;
  /** The span of the run that the message belongs to. */
  readonly traceparent: string | null;
  /** Names this claim: whoever claims after us has another. */
  readonly lease: string;
}
