import { contradictions } from "./contradictions.ts";
import { type AgentEnvironment, agentEnvironment, type ParsedEnvironment } from "./environment.ts";

/** Throws an error that names every wrong variable, and shows no value that may be a secret. */
export function parseAgentEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ParsedEnvironment {
  const present = Object.entries(environment).filter(([, value]) => value !== "");
  const result = agentEnvironment.safeParse(Object.fromEntries(present));
  const problems = result.success
    ? contradictions(result.data, accepts)
    : result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (result.success && problems.length === 0) return result.data;
  const lines = problems.map((problem) => `  ${problem}`);
  throw new Error(`The agent's environment is wrong:\n${lines.join("\n")}`);
}

/**
 * What can't be meant together of variables that a stack passes on, each good by itself; none where one is
 * not.
 */
export function agentContradictions(
  variables: Readonly<Partial<Record<keyof AgentEnvironment, string>>>,
): readonly string[] {
  const present = Object.entries(variables).filter(([, value]) => value !== "");
  const result = agentEnvironment.safeParse({ ...standIns, ...Object.fromEntries(present) });
  return result.success ? contradictions(result.data, accepts) : [];
}

/** For what must be given, and contradicts nothing. */
const standIns: AgentEnvironment = {
  DATABASE_URL: "postgres://",
  LITELLM_BASE_URL: "http://litellm",
  LITELLM_API_KEY: "key",
  QDRANT_URL: "http://qdrant",
};

function accepts(name: keyof AgentEnvironment, value: number): boolean {
  return agentEnvironment.shape[name].safeParse(String(value)).success;
}
