import { v7 } from "uuid";

/** Ordered by time, so that indexes grow at their end. */
export function uuid(): string {
  return v7();
}
