import { v5 } from "uuid";
import { textOf } from "../telemetry/openinference.ts";
import { chunks } from "./chunks.ts";
import type { MemoryPoint } from "../ports/memory.ts";

export interface RememberedMessage {
  readonly messageId: string;
  readonly conversationId: string;
  readonly userId: string;
  readonly role: string;
  readonly content: unknown;
  readonly createdAt: string;
}

// Any fixed one: the same message gives the same points, however often it is written.
const namespace = "0d6f3c0e-3a55-5e0c-9d0c-6f2f6c1f2a77";

/** A message's points, all but their vectors. */
export function piecesOf(
  entry: RememberedMessage,
  embeddingModel: string,
): Omit<MemoryPoint, "vector">[] {
  return chunks(textOf(entry.content as string)).map((text, index) => ({
    id: v5(`${entry.messageId}:${index}`, namespace),
    payload: {
      user_id: entry.userId,
      conversation_id: entry.conversationId,
      message_id: entry.messageId,
      role: entry.role,
      text,
      created_at: entry.createdAt,
      embedding_model: embeddingModel,
    },
  }));
}
