import type { Embedder } from "../ports/memory.ts";
import { WaitingLine } from "../waiting-line.ts";

/**
 * The same embedder, which is asked one thing at a time, in the order of the askers: however many texts
 * they have, whoever recalls something meanwhile waits for one of their requests.
 */
export function oneAtATime(embedder: Embedder): Embedder {
  const line = new WaitingLine();
  let isBusy = false;
  return {
    model: embedder.model,
    async embed(texts, context) {
      if (isBusy) await line.join(context.signal);
      isBusy = true;
      try {
        return await embedder.embed(texts, context);
      } finally {
        isBusy = line.callNext();
      }
    },
  };
}
