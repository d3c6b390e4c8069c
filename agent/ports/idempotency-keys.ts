/** An answer as it is kept under an idempotency key, to be given again as it was. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A body, or the events of a stream in their order. */
  readonly content: { readonly body: object } | { readonly events: readonly object[] };
}

/** A request that has an idempotency key. */
export interface KeyedRequest {
  /** Whose key it is: two callers may use the same. */
  readonly principal: string;
  readonly key: string;
  /** SHA-256 of everything that makes it this request. */
  readonly hash: Buffer;
}

export type Claim =
  | {
      readonly kind: "begun";
      /**
       * Keeps the answer, as long as its conversation is kept; what was taken over by another meanwhile
       * keeps the other's.
       */
      readonly keep: (answer: KeptAnswer, conversationId: string | undefined) => Promise<void>;
      /** As if the request had never come. */
      readonly release: () => Promise<void>;
    }
  | { readonly kind: "answered"; readonly answer: KeptAnswer }
  | { readonly kind: "running" }
  | { readonly kind: "other request" };

/** Who may begin: of several that come with one key, one. */
export interface IdempotencyKeys {
  claim(request: KeyedRequest): Promise<Claim>;
}
