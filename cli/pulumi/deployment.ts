import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import type { automation } from "@pulumi/pulumi";
import { writeBuildSecrets } from "../../infra/build-network.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { Engine, EngineProgram } from "./engine.ts";
import { engineAddress } from "./engine-address.ts";
import { engineCommand } from "./engine-command.ts";
import { engineFailure } from "./engine-failure.ts";
import { type EngineProject, engineProject } from "./engine-project.ts";
import { finishing } from "../os/finishing.ts";
import { readState } from "./read-state.ts";
import { emptyState } from "./stack-state.ts";
import type { Workspace } from "../os/workspace.ts";

const run = promisify(execFile);

export interface UpdateOptions {
  readonly onEvent: (event: automation.EngineEvent) => void;
  /** URNs to make again though nothing about them changed. */
  readonly replace?: string[];
  readonly signal?: AbortSignal;
}

/** One stack, as the Automation API sees it. */
export interface Deployment {
  readonly update: (options: UpdateOptions) => Promise<void>;
  readonly preview: (
    options: Pick<UpdateOptions, "onEvent" | "signal">,
  ) => Promise<Readonly<Record<string, number>>>;
  /** Reads `targets` (all, when absent) from Docker, and forgets creations that never finished. */
  readonly refresh: (targets?: string[], signal?: AbortSignal) => Promise<void>;
  /** Deletes `targets` and what depends on them; everything, when absent. */
  readonly destroy: (options: UpdateOptions & { targets?: string[] }) => Promise<void>;
}

/** Loaded only where it is needed: it takes most of a second, and most commands never need it. */
export async function loadEngineSdk() {
  const { automation } = await import("./lean-sdk.ts");
  const { declareStack } = await import("../../infra/program/declare-stack.ts");
  return { automation, declareStack };
}

/**
 * Opens the stack, which its first operation makes where it is new; without `desired`, to take it down.
 *
 * The program runs in this process: no language host, and the same files as under `pulumi up`.
 */
export async function openDeployment(
  workspace: Workspace,
  engine: Engine,
  desired: DesiredStack | undefined,
): Promise<Deployment> {
  mkdirSync(workspace.state, { recursive: true });
  mkdirSync(workspace.logs, { recursive: true });
  if (desired) writeBuildSecrets(workspace.root, engine.network);
  const { automation, declareStack } = await loadEngineSdk();
  const program = await engine.program();
  const command = await engineCommand(program.executable, workspace);
  const project = engineProject(workspace, program.environment);
  const { configFile } = project;
  const host = engineAddress(engine.environment);
  const api = await automation.LocalWorkspace.create({
    program: () =>
      Promise.resolve(desired ? { ...declareStack(desired, { host, isKnown: true }) } : {}),
    workDir: workspace.root,
    // Its type knows no undefined; execa and Node, to which it is handed on, do.
    envVars: { ...program.environment, ...project.environment } as Record<string, string>,
    pulumiCommand: command,
  });
  // The API does this besides what it is asked for, and each is another start of the engine, a third of a
  // second: every operation names its stack, and no one reads its outputs or its history.
  Object.assign(api, {
    selectStack: () => Promise.resolve(),
    stackOutputs: () => Promise.resolve({}),
  });
  const stack = await automation.Stack.select(workspace.stackName, api);
  Object.assign(stack, { info: () => Promise.resolve(undefined) });
  /** Runs an operation, on a new stack where there is none yet. */
  const onStack = async <T>(operation: () => Promise<T>): Promise<T> => {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof automation.StackNotFoundError)) throw error;
      await initStack(workspace, program, project);
      return operation();
    }
  };
  return {
    update: async ({ onEvent, replace, signal }) => {
      await changing("the engine's step", signal, () =>
        onStack(() =>
          stack.up({
            // Its progress goes unread, and must: an engine whose command was killed ends at the next
            // line that nobody takes. A silent one goes on for minutes and holds the stack's lock.
            onEvent: quietly(onEvent),
            configFile,
            // With them, it would ask for the history in a way that writes the user's settings file.
            showSecrets: false,
            ...(replace && replace.length > 0 && { replace }),
            ...(signal && { signal }),
          }),
        ),
      );
    },
    preview: async ({ onEvent, signal }) => {
      const result = await translated(() =>
        onStack(() =>
          stack.preview({ onEvent: quietly(onEvent), configFile, ...(signal && { signal }) }),
        ),
      );
      return result.changeSummary;
    },
    refresh: async (targets, signal) => {
      await changing("the comparison with Docker", signal, () =>
        onStack(() =>
          stack.refresh({
            clearPendingCreates: true,
            suppressOutputs: true,
            configFile,
            showSecrets: false,
            ...(targets && { target: targets }),
            ...(signal && { signal }),
          }),
        ),
      );
    },
    destroy: async ({ onEvent, targets, signal }) => {
      await changing("the removals under way", signal, () =>
        onStack(() =>
          stack.destroy({
            onEvent: quietly(onEvent),
            suppressOutputs: true,
            configFile,
            showSecrets: false,
            ...(targets && { target: targets, targetDependents: true }),
            ...(signal && { signal }),
          }),
        ),
      );
    },
  };
}

/** Makes the stack in the state; the engine writes its salt beside the project, which is ours. */
async function initStack(
  { stackName }: Workspace,
  { executable, environment }: EngineProgram,
  { folder, environment: more }: EngineProject,
): Promise<void> {
  const words = ["stack", "init", stackName, "--no-select", "--non-interactive"];
  await run(executable, words, { cwd: folder, env: { ...environment, ...more } });
}

/** Makes the stack in the state where it is not there yet, as `up` does. */
export async function ensureStackExists(workspace: Workspace, engine: Engine): Promise<void> {
  if ((await readState(workspace, engine)) !== emptyState) return;
  const program = await engine.program();
  const project = engineProject(workspace, program.environment);
  await translated(() => initStack(workspace, program, project));
}

/** Debug diagnostics hold plain `docker inspect`, secrets included: they go nowhere. */
function quietly(onEvent: (event: automation.EngineEvent) => void) {
  return (event: automation.EngineEvent) => {
    const severity: string | undefined = event.diagnosticEvent?.severity;
    if (severity !== "debug") onEvent(event);
  };
}

/**
 * Runs what writes the state. After Ctrl-C it is waited for: killed, it would leave its lock. How it fails
 * then is not news.
 */
async function changing(
  what: string,
  signal: AbortSignal | undefined,
  action: () => Promise<unknown>,
): Promise<void> {
  try {
    await finishing(what, () => translated(action));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

async function translated<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw engineFailure(error);
  }
}
