import { ApiError } from "./api-error.ts";

/** A provider says that a request is longer than its model's context. */
export class ContextLengthError extends ApiError {
  /** What it counted, and what its model takes; undefined where it does not say. */
  readonly counted: CountedContext | undefined;

  constructor(cause: unknown, counted: CountedContext | undefined) {
    super(400, "The request is longer than the model's context: send fewer or shorter messages.", {
      cause,
      code: "context_length_exceeded",
      param: "messages",
    });
    this.counted = counted;
  }
}

export interface CountedContext {
  readonly requested: number;
  readonly window: number;
}
