export type ExecutionStatus = "ok" | "error" | "timeout" | "denied";

/** What became of one tool call. */
export interface ToolExecution {
  readonly id: string;
  readonly name: string;
  /** Parsed where they were JSON, else the text that the model wrote. */
  readonly arguments: unknown;
  readonly status: ExecutionStatus;
  readonly duration_ms: number;
  readonly result_count?: number | undefined;
  readonly error?: string | undefined;
  /** The model turn that asked for it, counted from one. */
  readonly step: number;
  /** What the model reads. */
  readonly output: string;
  readonly citations: readonly Citation[];
}

export interface Citation {
  readonly title: string;
  readonly url: string;
}
