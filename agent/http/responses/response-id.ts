import { ApiError } from "../../errors/api-error.ts";

/** A response has its run's id, in the way that OpenAI's clients know ids. */
export function responseId(runId: string): string {
  return `resp_${runId.replaceAll("-", "")}`;
}

/** Undefined where it can be none. */
export function runIdOf(id: string): string | undefined {
  const parts = /^resp_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(
    id,
  );
  return parts?.slice(1).join("-");
}

export function responseNotFound(id: string): ApiError {
  return new ApiError(404, `There is no response ${id}.`, { code: "response_not_found" });
}
