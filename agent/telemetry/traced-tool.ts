import { OUTPUT_VALUE } from "@arizeai/openinference-semantic-conventions";
import type { Tool } from "../tools/tool.ts";
import { cutText } from "../tools/untrusted-text.ts";
import { toolCall } from "./openinference.ts";
import type { TraceSpan } from "./trace-span.ts";

/**
 * The same tool, with a span for each call that is run.
 *
 * @param outputCharacters as much of an output as the model is given.
 */
export function tracedTool(tool: Tool, parent: TraceSpan, outputCharacters: number): Tool {
  return {
    ...tool,
    async execute(input, context) {
      const span = parent.child("TOOL", tool.name);
      span.set(() => toolCall(tool, context.callId, input));
      // A tool that ignores its signal may never come back; its span ends all the same.
      const abandon = () => {
        span.fail(context.signal.reason);
        span.end();
      };
      context.signal.addEventListener("abort", abandon, { once: true });
      try {
        const output = await tool.execute(input, { ...context, span });
        span.set(() => ({ [OUTPUT_VALUE]: cutText(output.text, outputCharacters) }));
        return output;
      } catch (error) {
        span.fail(error);
        throw error;
      } finally {
        context.signal.removeEventListener("abort", abandon);
        span.end();
      }
    },
  };
}
