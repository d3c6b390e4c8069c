/** What is left of a deleted conversation where traces are kept. */
export interface TraceErasure {
  readonly conversationId: string;
  /** Of all its runs. */
  readonly traceIds: readonly string[];
  /** Whether the conversation's id has been taken again since; then its session belongs to the new one. */
  readonly isTakenAgain: boolean;
  /** Names this claim: whoever claims after us has another. */
  readonly lease: string;
}

/** Erasures that are to be done, until they are. */
export interface Erasures {
  /** Takes what is due for a while; nobody else gets it meanwhile. */
  claim(limit: number): Promise<readonly TraceErasure[]>;
  /** Done, for now: it is done again until no more spans can come in late. */
  complete(erasure: TraceErasure): Promise<void>;
  /** It is due again later, the later the more often it failed. */
  postpone(erasure: TraceErasure, reason: string): Promise<void>;
  pending(): Promise<number>;
}

/** Where traces are kept to be looked at. What it does not have counts as removed. */
export interface TraceStore {
  /** However many traces there are, no single one is waited for without end. */
  erase(
    what: { readonly traceIds: readonly string[]; readonly sessionId: string | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes every trace that began before. */
  eraseBefore(time: Date, signal: AbortSignal): Promise<void>;
}

/** Where traces go nowhere. */
export const noTraceStore: TraceStore = {
  erase: () => Promise.resolve(),
  eraseBefore: () => Promise.resolve(),
};
