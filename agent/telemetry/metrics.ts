import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { JournalContents } from "../loop/run-journal.ts";
import type { FinishedRun } from "../runs/run-record.ts";

/** What Prometheus may ask for. No label has a value that a caller makes up. */
export interface Metrics {
  readonly recordRequest: (route: string, status: number, seconds: number) => void;
  readonly recordRun: (
    run: Pick<FinishedRun, "status" | "stopReason"> & { readonly model: string },
    journal: JournalContents,
  ) => void;
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export interface MetricSources {
  readonly runsInFlight: () => number;
  readonly outboxDepth: () => Promise<number>;
  readonly erasuresPending: () => Promise<number>;
}

const requestBuckets = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 180];

export function agentMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: "agent_http_request_duration_seconds",
    help: "Requests by route and status.",
    labelNames: ["route", "status"],
    buckets: requestBuckets,
    registers,
  });
  const turns = new Histogram({
    name: "agent_llm_turn_duration_seconds",
    help: "Turns of the model, whole streams.",
    labelNames: ["model"],
    buckets: requestBuckets,
    registers,
  });
  const tools = new Histogram({
    name: "agent_tool_duration_seconds",
    help: "Tool calls by name and outcome.",
    labelNames: ["tool", "status"],
    buckets: requestBuckets,
    registers,
  });
  const tokens = new Counter({
    name: "agent_tokens_total",
    help: "Tokens by model and kind; cached ones are prompt tokens, too, and reasoning is completion.",
    labelNames: ["model", "kind"],
    registers,
  });
  const fallbacks = new Counter({
    name: "agent_fallback_runs_total",
    help: "Runs in which a model stood in for the one that was asked for, by its name.",
    labelNames: ["model"],
    registers,
  });
  const runs = new Counter({
    name: "agent_runs_total",
    help: "Runs by how they ended.",
    labelNames: ["status", "stop_reason"],
    registers,
  });
  const memory = new Counter({
    name: "agent_memory_recalls_total",
    help: "Recalls by outcome.",
    labelNames: ["status"],
    registers,
  });
  gauge(registry, "agent_runs_in_flight", "Runs going on now.", () =>
    Promise.resolve(sources.runsInFlight()),
  );
  gauge(registry, "agent_memory_outbox_depth", "Messages not remembered yet.", () =>
    sources.outboxDepth(),
  );
  gauge(
    registry,
    "agent_trace_erasures_pending",
    "Deleted conversations whose traces are still to be erased.",
    () => sources.erasuresPending(),
  );
  return {
    recordRequest: (route, status, seconds) => {
      requests.observe({ route, status: String(status) }, seconds);
    },
    recordRun: ({ model, status, stopReason }, contents) => {
      const { steps, executions, usage, memory: recalled, fellBack } = contents;
      if (fellBack) fallbacks.inc({ model });
      runs.inc({ status, stop_reason: stopReason ?? "none" });
      memory.inc({ status: recalled.status });
      for (const step of steps) {
        if (step.type !== "plan" && step.type !== "completion") continue;
        turns.observe({ model }, step.duration_ms / 1000);
      }
      for (const { name, status: outcome, duration_ms: took } of executions) {
        // A model may call by any name; only what ran is a tool of ours.
        const tool = outcome === "ok" || outcome === "timeout" ? name : "any";
        tools.observe({ tool, status: outcome }, took / 1000);
      }
      tokens.inc({ model, kind: "prompt" }, usage.prompt_tokens);
      tokens.inc({ model, kind: "completion" }, usage.completion_tokens);
      const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
      if (prompt?.cached_tokens) tokens.inc({ model, kind: "cached" }, prompt.cached_tokens);
      if (completion?.reasoning_tokens) {
        tokens.inc({ model, kind: "reasoning" }, completion.reasoning_tokens);
      }
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => Promise<number>): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      // Where it cannot be known, no value is better than an old one.
      const value = await read().catch(() => undefined);
      if (value === undefined) this.reset();
      else this.set(value);
    },
  });
}
