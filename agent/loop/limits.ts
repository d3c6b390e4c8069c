import { answerReserveSeconds } from "../contract/contradictions.ts";

/** What bounds one run. */
export interface RunLimits {
  readonly toolRounds: number;
  readonly toolCalls: number;
  readonly parallelToolCalls: number;
  readonly toolTimeoutMs: number;
  readonly toolOutputCharacters: number;
  readonly deadlineMs: number;
  /** What a model may be sent in one turn, messages and tools together, as it counts. */
  readonly contextTokens: number;
  /** What a model may say in one turn: words, calls and all. */
  readonly turnCharacters: number;
  /** And in all turns of a run. */
  readonly runCharacters: number;
}

/** Kept back from the deadline, so that a run out of time still answers. */
export const answerReserveMs = answerReserveSeconds * 1000;
