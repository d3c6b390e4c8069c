import { z } from "zod";
import type { Citation } from "../loop/tool-execution.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";

/** A tool is a schema and a function. What it throws is returned to the model as text. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Record<string, unknown>;
  /** Throws ToolArgumentsError when the arguments do not fit the schema. */
  execute(input: unknown, context: ToolContext): Promise<ToolOutput>;
}

export interface ToolContext {
  readonly signal: AbortSignal;
  readonly callId: string;
  /** On whose behalf it is called. */
  readonly userId: string;
  /** The call's own span, for what the tool does on its way. */
  readonly span: TraceSpan;
}

export interface ToolOutput {
  readonly text: string;
  readonly resultCount?: number;
  readonly citations?: readonly Citation[];
}

export class ToolArgumentsError extends Error {}

export function defineTool<Schema extends z.ZodObject>(definition: {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  execute(input: z.output<Schema>, context: ToolContext): Promise<ToolOutput>;
}): Tool {
  const parameters = z.toJSONSchema(definition.schema, { io: "input" });
  // The dialect is noise to a model.
  delete parameters.$schema;
  return {
    name: definition.name,
    description: definition.description,
    parameters,
    async execute(input, context) {
      const parsed = definition.schema.safeParse(input);
      if (!parsed.success) throw new ToolArgumentsError(z.prettifyError(parsed.error));
      return definition.execute(parsed.data, context);
    },
  };
}
