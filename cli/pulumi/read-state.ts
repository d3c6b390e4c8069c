import { mkdirSync } from "node:fs";
import type { Workspace } from "../os/workspace.ts";
import type { Engine } from "./engine.ts";
import { engineFailure } from "./engine-failure.ts";
import { readStateFile } from "./state-file.ts";
import { emptyState, parseState, type StackState } from "./stack-state.ts";

/**
 * The stack's state; empty where the stack is new. It is read from its file where there is one that is plain
 * and whole. Every other backend, and all that is odd, is the engine's to read or to refuse.
 */
export async function readState(workspace: Workspace, engine: Engine): Promise<StackState> {
  mkdirSync(workspace.state, { recursive: true });
  return readStateFile(workspace, engine.environment) ?? (await askEngine(workspace, engine));
}

async function askEngine(workspace: Workspace, engine: Engine): Promise<StackState> {
  const { exportState } = await import("./export-state.ts");
  try {
    return parseState(await exportState(workspace, engine));
  } catch (error) {
    const text = (error as { stderr?: string }).stderr ?? "";
    if (/no stack named/.test(text)) return emptyState;
    throw engineFailure(error);
  }
}
