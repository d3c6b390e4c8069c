import { RefusedInput } from "../errors/refused-input.ts";
import { OversizedAnswer } from "./oversized-answer.ts";

/** A neighbour is there, and answered that it can't or won't. */
export class NeighbourAnswer extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** A gateway's words for a server that is away, or too busy for anybody. */
const awayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Whether a failure says nothing about the next call: the caller left, or the neighbour answered. Only one
 * that is away or silent is to be spared, for what one request brings about must not shut out all others.
 */
export function isOwnAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "AbortError" || error instanceof OversizedAnswer) return true;
  const status = statusOf(error);
  return status === undefined ? isOwnAnswer(error.cause) : !awayStatuses.has(status);
}

function statusOf(error: Error): number | undefined {
  const isAnswer = error instanceof NeighbourAnswer || error instanceof RefusedInput;
  return isAnswer ? error.status : undefined;
}
