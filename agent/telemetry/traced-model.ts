import { turnBuilder } from "../loop/turn.ts";
import type { Model } from "../ports/ports.ts";
import { llmRequest, llmResponse } from "./openinference.ts";
import type { TraceSpan } from "./trace-span.ts";

/** The same model, with its own span for each turn, which the model's server joins. */
export function tracedModel(model: Model, parent: TraceSpan): Model {
  return {
    ping: (signal) => model.ping(signal),
    async *stream(request, context) {
      const span = parent.child("LLM", `chat ${request.model}`);
      span.set(() => llmRequest(request));
      const turn = turnBuilder(() => "");
      let isWhole = false;
      try {
        const traced = { ...context, ...span.headers };
        for await (const chunks of model.stream(request, traced)) {
          for (const chunk of chunks) turn.add(chunk);
          yield chunks;
        }
        isWhole = true;
      } catch (error) {
        span.fail(error);
        throw error;
      } finally {
        // Also what had come when it failed, or when the client left.
        span.set(() => llmResponse(turn.build(), { isWhole }));
        span.end();
      }
    },
  };
}
