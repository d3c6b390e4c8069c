import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setInEnvFile } from "./env-file.ts";
import { eventually } from "./eventually.ts";
import { postToLitellm } from "./post-to-litellm.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import type { Turn } from "./model-turn.ts";
import { docker, systemStack, upIsHealthy } from "./system-stack.ts";

/** A provider of models that the stack test's containers reach, and that answers as it is told. */
export interface ScriptedProvider {
  readonly key: string;
  readonly server: ModelServer;
  /** What it makes of every request from now on; a list is answered in turn, then as its last. */
  readonly answer: (...turns: readonly [Turn, ...Turn[]]) => void;
  /** Has the stack's settings name it; what stands in for it is said here. Nothing is applied yet. */
  readonly configure: (fallback: "local" | "none") => void;
  /** Waits until LiteLLM asks it again: after some failures it pauses for a few seconds. */
  readonly isAsked: () => Promise<void>;
  /** Puts the settings back, applies them, and stops. */
  readonly remove: () => Promise<void>;
}

/** Starts it on the gateway of the stack's own network, where every container finds this machine. */
export async function scriptedProvider(): Promise<ScriptedProvider> {
  const { clone, project } = systemStack();
  const format = "{{(index .IPAM.Config 0).Gateway}}";
  const host = docker("network", "inspect", `${project}-test`, "--format", format);
  const key = "sk-scripted-3b9d1f64c0a84e7f";
  const envFile = join(clone, ".env.test");
  const settingsBefore = readFileSync(envFile, "utf8");
  let turns: Turn[] = [{ text: "Ready." }];
  const server = await startModelServer({
    host,
    turns: () => (turns.length > 1 ? turns.shift() : turns[0]) ?? { text: "Ready." },
  });
  const answer: ScriptedProvider["answer"] = (...next) => {
    turns = [...next];
  };
  return {
    key,
    server,
    answer,
    configure: (fallback) => {
      setInEnvFile(clone, "PLANNER_MODEL", "openai/scripted");
      setInEnvFile(clone, "PLANNER_API_BASE", server.url);
      setInEnvFile(clone, "PLANNER_API_KEY", key);
      setInEnvFile(clone, "FALLBACK_MODEL", fallback);
    },
    isAsked: async () => {
      answer({ text: "Ready." });
      await eventually(async () => {
        const asked = server.requests.length;
        const response = await postToLitellm("/v1/chat/completions", {
          model: "planner",
          messages: [{ role: "user", content: "Ready?" }],
          disable_fallbacks: true,
        });
        return response.ok && server.requests.length > asked;
      }, "LiteLLM asks the scripted provider");
    },
    remove: async () => {
      writeFileSync(envFile, settingsBefore, { mode: 0o600 });
      try {
        await upIsHealthy();
      } finally {
        await server.close();
      }
    },
  };
}
