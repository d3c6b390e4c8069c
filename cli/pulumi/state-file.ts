import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectName } from "../../infra/project-name.ts";
import type { Workspace } from "../os/workspace.ts";
import { emptyState, parseStateFile, type StackState } from "./stack-state.ts";

/**
 * The state as the engine's own file has it, of a backend that is a folder of this machine; undefined where only
 * the engine knows: it keeps the state elsewhere, in another form or of another version, or the file is damaged.
 *
 * A file that is being written is never seen: the engine writes beside it and renames.
 */
export function readStateFile(
  { root, stackName }: Pick<Workspace, "root" | "stackName">,
  environment: NodeJS.ProcessEnv,
): StackState | undefined {
  try {
    const folder = backendFolder(root, environment);
    return folder === undefined ? undefined : stateIn(join(folder, ".pulumi"), stackName);
  } catch {
    // The engine has the words for what is wrong.
    return undefined;
  }
}

/** Where a backend of this machine is: PULUMI_BACKEND_URL is stronger than the project's own setting. */
function backendFolder(root: string, environment: NodeJS.ProcessEnv): string | undefined {
  const url = environment["PULUMI_BACKEND_URL"] || projectBackend(root);
  // A home folder's sign, an escape or a query is for the engine to understand.
  const [, path] = /^file:\/\/([^~?#%\\]+)$/.exec(url ?? "") ?? [];
  return path === undefined ? undefined : resolve(root, path);
}

/** Not with a parser of YAML, which takes longer to load than all the rest: in any other form, it is not seen. */
function projectBackend(root: string): string | undefined {
  const project = readFileSync(join(root, "Pulumi.yaml"), "utf8");
  return /^backend:\r?\n {2}url: (\S+)\r?$/m.exec(project)?.[1];
}

function stateIn(backend: string, stackName: string): StackState | undefined {
  if (!isOfKnownLayout(backend)) return undefined;
  const folder = join(backend, "stacks", projectName);
  const names = namesIn(folder);
  // Beside a compressed one, the newer of the two counts.
  if (names.includes(`${stackName}.json.gz`)) return undefined;
  if (!names.includes(`${stackName}.json`)) return emptyState;
  return parseStateFile(readFileSync(join(folder, `${stackName}.json`), "utf8"));
}

/** In the first layout, stacks had no folder of their project. A new backend gets the present one. */
function isOfKnownLayout(backend: string): boolean {
  if (namesIn(backend).length === 0) return true;
  return /^version: 1\s*$/.test(readFileSync(join(backend, "meta.yaml"), "utf8"));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
