import type { ConversationArchive } from "./ports/conversation-archive.ts";
import type { AnswerBudget } from "./loop/answer-budget.ts";
import type { RunLimits } from "./loop/limits.ts";
import type { TokenScales } from "./loop/token-scale.ts";
import type { Memory } from "./memory/recall.ts";
import type { MemoryReach } from "./memory/scope.ts";
import type { Embedder } from "./ports/memory.ts";
import type { ModelCatalogue } from "./ports/model-catalogue.ts";
import type { Conversations, Model } from "./ports/ports.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import type { Tracing } from "./telemetry/trace-span.ts";
import type { Tool } from "./tools/tool.ts";
import type { AccessRules } from "./http/caller.ts";
import type { RequestLimits } from "./http/chat-request.ts";
import type { ConversationQueue } from "./runs/conversation-queue.ts";
import type { IdempotencyKeys } from "./ports/idempotency-keys.ts";
import type { RunGate } from "./runs/run-gate.ts";

/** Everything that the routes work with; `agentParts` wires the real ones, tests others. */
export interface Dependencies {
  readonly model: Model;
  readonly conversations: Conversations;
  readonly archive: ConversationArchive;
  readonly idempotency: IdempotencyKeys;
  readonly memory: Memory;
  /** What `/v1/embeddings` asks. */
  readonly embedder: Embedder;
  readonly catalogue: ModelCatalogue;
  readonly tools: readonly Tool[];
  readonly tracing: Tracing;
  readonly metrics: Metrics;
  readonly access: AccessRules;
  readonly gate: RunGate;
  readonly queue: ConversationQueue;
  /** What the models of all runs may say. */
  readonly answers: AnswerBudget;
  /** How the models count, learned from what they have counted. */
  readonly scales: TokenScales;
  readonly settings: AgentSettings;
  /** What `/healthz` asks beside Postgres; a failure there is `degraded`, never an error. */
  readonly neighbours: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>;
  readonly isDraining: () => boolean;
  /** Aborts when runs that are still going must end now. */
  readonly stopping: AbortSignal;
}

export interface AgentSettings {
  readonly model: string;
  /** What clients may call a model, and what LiteLLM calls it. */
  readonly modelAliases: ReadonlyMap<string, string>;
  /** What makes embeddings. */
  readonly embeddingModel: string;
  /** What answers Open WebUI's tasks. */
  readonly taskModel: string;
  readonly toolCalling: "auto" | "native" | "schema";
  readonly historyMessages: number;
  /** Whether clients see what a model thinks, where its provider tells. */
  readonly showsReasoning: boolean;
  readonly memory: { readonly reach: MemoryReach; readonly topK: number };
  readonly bodyLimitBytes: number;
  /** Of a body, beside pictures and files in base64. */
  readonly bodyTextBytes: number;
  /** Of all requests that are not answered yet. */
  readonly totalBodyBytes: number;
  readonly promptCharacters: number;
  readonly keepAliveMs: number;
  /** How long a reader may take nothing of its answer. */
  readonly writeTimeoutMs: number;
  /** How long a request may take to arrive, its body included. */
  readonly requestTimeoutMs: number;
  readonly eventLoopDelayMs: number;
  readonly request: RequestLimits;
  readonly run: RunLimits;
}
