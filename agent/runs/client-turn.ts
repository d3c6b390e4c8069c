import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";

/**
 * Where a turn is in the tree that a client keeps of its conversation. An edited question and a
 * regenerated answer are branches of that tree, and its history is the way from its root to this turn.
 */
export interface ClientTurn {
  /** The client's own id of the question. */
  readonly question: string;
  /** Of the message before the question; `root` where it is the first, undefined where that is not known. */
  readonly parent: string | undefined;
  /** Of the answer that is to come. */
  readonly answer: string | undefined;
  /** What the client sent: its history up to here, or the end of it. */
  readonly history: readonly ChatCompletionMessageParam[];
}

export const root = "";

/** Which of the client's messages a stored one is. */
export interface ClientMessage {
  readonly id: string;
  readonly parent: string | undefined;
}

/** A message that a run brings along: its question, or what a tool of the client's answered meanwhile. */
export function broughtAs(
  { role }: ChatCompletionMessageParam,
  { question, parent, answer }: ClientTurn,
): ClientMessage | undefined {
  if (role === "user") return { id: question, parent };
  return role === "tool" && answer !== undefined ? { id: answer, parent: question } : undefined;
}

/** A message that a run adds. */
export function answeredAs({ question, answer }: ClientTurn): ClientMessage | undefined {
  return answer === undefined ? undefined : { id: answer, parent: question };
}
