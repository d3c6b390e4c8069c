import type { StoredResponse } from "../../ports/responses.ts";
import { type OutputItem, shownItem } from "./output-items.ts";
import { itemEvents } from "./item-events.ts";
import type { ResponseEvent } from "./response-progress.ts";
import type { Includable } from "./response-request.ts";
import type { ShownResponse } from "./response-object.ts";

/** A response as it is kept, as whoever asks wants to see it. */
export function shownStored(
  { status, body, output }: StoredResponse,
  include: ReadonlySet<Includable>,
): ShownResponse {
  // Both are written by us alone, from these types.
  const kept = body as Omit<ShownResponse, "output">;
  const items = output as readonly OutputItem[];
  return { ...kept, status, output: items.map((item) => shownItem(item, include)) };
}

/**
 * The events that would have made a response that has ended, each item in one piece.
 *
 * @param after undefined: all of them. Else the last one alone: what numbers the real ones had is not
 *   known any more, and the last has all that is missing.
 */
export function replayed(response: ShownResponse, after: number | undefined): ResponseEvent[] {
  const last = { type: `response.${lastWords[response.status ?? ""] ?? "failed"}`, response };
  if (after !== undefined) return [{ ...last, sequence_number: after + 1 }];
  const begun = { ...response, status: "in_progress", completed_at: null, usage: null, output: [] };
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...response.output.flatMap((item, index) => itemEvents(item, index)),
    last,
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

const lastWords: Readonly<Record<string, string>> = {
  completed: "completed",
  incomplete: "incomplete",
  cancelled: "incomplete",
};
