import { ApiError } from "../errors/api-error.ts";

const forgetTimeoutMs = 5000;

/**
 * Forgets what is remembered of something before it is deleted: what fails half-way can be asked again.
 *
 * @param what is deleted afterwards, in words for its owner: "the conversation".
 * @throws ApiError 503 where memory can't forget.
 */
export async function forgetFirst(
  what: string,
  forget: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await forget(AbortSignal.timeout(forgetTimeoutMs)).catch((cause: unknown) => {
    const message = `Memory could not forget ${what}, so nothing is deleted yet.`;
    throw new ApiError(503, message, {
      code: "memory_unavailable",
      retryAfterSeconds: 5,
      cause,
    });
  });
}
