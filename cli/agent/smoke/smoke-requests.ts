/** One of the runbook's requests, with what its answer and its trace must hold. */
export interface SmokeRequest {
  readonly name: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The text that the answer's messages must echo. */
  readonly prompt: string;
  /** A tool that must have been run. */
  readonly tool?: string;
  /** Where the answer's text is. */
  readonly reply: "response" | "choices";
  /** Kinds of spans, in OpenInference's words. */
  readonly spans: readonly string[];
}

const summary = "Summarise the stack services in one sentence.";
const confirmation = "Confirm that requests flow through the agent.";
const research = "Use web search to find two recent headlines about Qdrant.";

export const smokeRequests: readonly SmokeRequest[] = [
  {
    name: "agent",
    path: "/v1/agent",
    body: { prompt: summary, metadata: { source: "operations-smoke" } },
    prompt: summary,
    reply: "response",
    spans: ["AGENT", "LLM"],
  },
  {
    name: "chat completion",
    path: "/v1/chat/completions",
    body: {
      model: "planner",
      messages: [
        { role: "system", content: "You are a helpful agent." },
        { role: "user", content: confirmation },
      ],
    },
    prompt: confirmation,
    reply: "choices",
    spans: ["AGENT", "LLM"],
  },
  {
    name: "web search",
    path: "/v1/agent",
    body: { prompt: research, metadata: { tools: ["web_search"] } },
    prompt: research,
    tool: "web_search",
    reply: "response",
    spans: ["AGENT", "LLM", "TOOL"],
  },
];
