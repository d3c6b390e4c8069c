import type { IncomingHttpHeaders } from "node:http";
import { type ChatBody, startModelServer } from "./model-server.ts";
import type { Turn } from "./model-turn.ts";

export interface ScriptedModel {
  readonly baseUrl: string;
  /** The bodies that it was sent, in order. */
  readonly received: readonly ChatBody[];
  /** Their headers. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** Requests whose client left before the answer's end. */
  readonly abandoned: () => number;
  readonly close: () => Promise<void>;
}

/** The scripted model server for tests that look at nothing but its chat completions. */
export async function scriptedModel(
  ...turns: readonly (Turn | { readonly cutAfter: string })[]
): Promise<ScriptedModel> {
  const script = turns.map((turn): Turn =>
    "cutAfter" in turn
      ? { text: turn.cutAfter, deltaCharacters: turn.cutAfter.length, then: "cut" }
      : turn,
  );
  const server = await startModelServer({ turns: script });
  return {
    baseUrl: server.url,
    get received() {
      return server.requests.map(({ body }) => body);
    },
    get headers() {
      return server.requests.map(({ headers }) => headers);
    },
    abandoned: server.abandoned,
    close: server.close,
  };
}
