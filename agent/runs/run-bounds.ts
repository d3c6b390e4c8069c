import { ApiError } from "../errors/api-error.ts";

/** What may end a run from outside: its client leaves, the agent stops, its time is up. */
export interface RunBounds {
  readonly signal: AbortSignal;
  readonly clientHasLeft: () => boolean;
  /** What a caller is told when the bounds, and nothing else, ended the run. */
  readonly explain: (thrown: unknown) => unknown;
}

export function runBounds(
  client: AbortSignal,
  stopping: AbortSignal,
  deadlineMs: number,
): RunBounds {
  const deadline = AbortSignal.timeout(deadlineMs);
  return {
    signal: AbortSignal.any([client, stopping, deadline]),
    clientHasLeft: () => client.aborted,
    explain: (cause) => {
      if (client.aborted) return cause;
      if (stopping.aborted) {
        return new ApiError(503, "The agent is stopping.", {
          code: "stopping",
          retryAfterSeconds: 5,
          cause,
        });
      }
      if (deadline.aborted) {
        const message = `The run took longer than ${deadlineMs / 1000} s.`;
        return new ApiError(504, message, { code: "run_deadline", cause });
      }
      return cause;
    },
  };
}
