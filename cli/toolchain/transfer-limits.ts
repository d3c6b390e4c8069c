/** Milliseconds, and how often. */
export interface TransferLimits {
  /** Name lookup, connection and TLS together: longer means that the network is closed. */
  readonly connectWithin: number;
  readonly firstByteWithin: number;
  readonly silenceAllowed: number;
  readonly attempts: number;
  /** Before the second attempt; doubled before each later one. */
  readonly pause: number;
}

export const transferLimits: TransferLimits = {
  connectWithin: 5_000,
  firstByteWithin: 60_000,
  silenceAllowed: 30_000,
  attempts: 4,
  pause: 1_000,
};
