import { litellmModel } from "../../agent/adapters/litellm-model.ts";
import { noSearchService } from "../../agent/adapters/searxng.ts";
import { buildApp } from "../../agent/app.ts";
import { parseAgentEnvironment } from "../../agent/contract/environment.ts";
import { noMemory } from "../../agent/memory/recall.ts";
import type { BegunRun, Conversations, SearchService } from "../../agent/ports.ts";
import type { AgentSettings, Dependencies } from "../../agent/routes/dependencies.ts";
import { runGate } from "../../agent/routes/run-gate.ts";
import type { FinishedRun, NewRun } from "../../agent/run-record.ts";
import { agentSettings, redactionOf } from "../../agent/settings.ts";
import { agentMetrics } from "../../agent/telemetry/metrics.ts";
import { startTracing } from "../../agent/telemetry/start-tracing.ts";
import { allTools } from "../../agent/tools/index.ts";

/** Conversations in memory, by the rules of the real ones: found for their owner only. */
export class InMemoryConversations implements Conversations {
  readonly begun: NewRun[] = [];
  readonly finished: FinishedRun[] = [];
  readonly #byId = new Map<string, { owner: string; messages: BegunRun["history"][number][] }>();
  isUp = true;

  begin(run: NewRun): Promise<BegunRun> {
    this.begun.push(run);
    const id = "id" in run.conversation ? run.conversation.id : run.conversation.externalId;
    const conversation = this.#byId.get(id) ?? { owner: run.userId, messages: [] };
    const history = [...conversation.messages];
    conversation.messages.push(...run.messages);
    this.#byId.set(id, conversation);
    return Promise.resolve({ conversationId: id, history });
  }

  finish(run: FinishedRun): Promise<void> {
    this.finished.push(run);
    this.#byId.get(run.conversationId)?.messages.push(...run.messages);
    return Promise.resolve();
  }

  handedOver(...[userId, calls]: Parameters<Conversations["handedOver"]>) {
    const owned = new Set(this.begun.filter((run) => run.userId === userId).map(({ id }) => id));
    const asked = this.finished.filter(
      ({ id, status, messages }) =>
        status === "requires_action" &&
        owned.has(id) &&
        calls.some((ids) => ids.every((each) => JSON.stringify(messages.at(-1)).includes(each))),
    );
    return Promise.resolve(asked.map(({ messages }) => messages).toReversed());
  }

  find(id: string, userId: string): ReturnType<Conversations["find"]> {
    const found = this.#byId.get(id);
    if (found?.owner !== userId) return Promise.resolve(undefined);
    const at = "2026-01-01T00:00:00.000Z";
    const messages = found.messages.map((message) => ({
      ...message,
      id: "m",
      run_id: null,
      created_at: at,
    }));
    const rest = { source: "api", title: null, metadata: {}, created_at: at, updated_at: at };
    return Promise.resolve({ id, ...rest, messages });
  }

  remove(id: string, userId: string): Promise<boolean> {
    const owned = this.#byId.get(id)?.owner === userId;
    return Promise.resolve(owned && this.#byId.delete(id));
  }

  ping(): Promise<void> {
    return this.isUp ? Promise.resolve() : Promise.reject(new Error("down"));
  }
}

export interface TestApp {
  readonly app: ReturnType<typeof buildApp>;
  readonly conversations: InMemoryConversations;
}

/** The real service, against a model server at `baseUrl` and conversations in memory. */
export function testApp(
  baseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  changes: Partial<Omit<Dependencies, "settings">> & {
    readonly settings?: Partial<AgentSettings>;
    readonly search?: SearchService;
    readonly logger?: Parameters<typeof buildApp>[1];
  } = {},
): TestApp {
  const parsed = parseAgentEnvironment({
    DATABASE_URL: "postgresql://nobody@localhost/none",
    LITELLM_BASE_URL: baseUrl,
    LITELLM_API_KEY: "key-for-the-model",
    QDRANT_URL: "http://127.0.0.1:1",
    AGENT_TOOL_CALLING: "native",
    ...environment,
  });
  const conversations = new InMemoryConversations();
  const { search = noSearchService, memory = noMemory, logger, settings, ...others } = changes;
  const gate = runGate({
    perMinute: parsed.AGENT_RATE_LIMIT_PER_MINUTE,
    atOnce: parsed.AGENT_MAX_RUNS,
  });
  const dependencies: Dependencies = {
    model: litellmModel({
      baseUrl,
      apiKey: parsed.LITELLM_API_KEY,
      firstTokenTimeoutMs: 1000,
      idleTimeoutMs: 300,
    }),
    conversations,
    memory,
    tools: allTools({ search, memory, now: () => new Date("2026-01-02T03:04:05Z") }),
    tracing: startTracing({
      collectorUrl: parsed.PHOENIX_URL,
      project: parsed.PHOENIX_PROJECT,
      redaction: redactionOf(parsed),
    }),
    access: {
      apiKeys: parsed.AGENT_API_KEYS,
      trustedKey: parsed.OPENWEBUI_AGENT_KEY,
      allowedHosts: parsed.AGENT_ALLOWED_HOSTS,
    },
    gate,
    metrics: agentMetrics({
      runsInFlight: gate.running,
      outboxDepth: () => Promise.resolve(7),
    }),
    settings: { ...agentSettings(parsed), ...settings },
    neighbours: {},
    isDraining: () => false,
    stopping: new AbortController().signal,
    ...others,
  };
  const app = buildApp(dependencies, logger);
  return { app, conversations };
}
