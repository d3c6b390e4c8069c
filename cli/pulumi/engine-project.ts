import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { projectName } from "../../infra/project-name.ts";
import { settingsFilePath } from "../../infra/stack-settings.ts";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import type { Workspace } from "../os/workspace.ts";

/**
 * What the engine reads, and writes, of a stack instead of the user's own `Pulumi.STACK.yaml`: it puts
 * its encryption salt into that file at every update, drops comments, and sorts keys.
 */
export interface EngineProject {
  /** A project of the same name and with the same state, for commands that know no `--config-file`. */
  readonly folder: string;
  /** For `--config-file`. */
  readonly configFile: string;
  /** To be added to the environment of every engine that is given either. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes the stack's own copies under `.stack/`, from the user's files as they are now. */
export function engineProject(
  { root, home, stackName }: Pick<Workspace, "root" | "home" | "stackName">,
  environment: NodeJS.ProcessEnv,
): EngineProject {
  const folder = join(home, "project");
  mkdirSync(folder, { recursive: true });
  const backend = environment["PULUMI_BACKEND_URL"] || backendOf(join(root, "Pulumi.yaml"));
  const url = backend === undefined ? {} : { backend: { url: fromFolder(backend, root) } };
  const project = stringify({ name: projectName, runtime: "nodejs", ...url });
  writeFileAtomically(join(folder, "Pulumi.yaml"), project, 0o644);
  const configFile = join(folder, `Pulumi.${stackName}.yaml`);
  writeFileAtomically(configFile, configOf(settingsFilePath(root, stackName)), 0o600);
  return {
    folder,
    configFile,
    environment: {
      // A copy without a salt: the state has it.
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
      ...(environment["PULUMI_BACKEND_URL"] && {
        PULUMI_BACKEND_URL: fromFolder(environment["PULUMI_BACKEND_URL"], root),
      }),
    },
  };
}

/** The user's settings of the stack, as the engine is to see them; empty where there is no file. */
function configOf(path: string): string {
  return existsSync(path) ? withoutIdleSalt(readFileSync(path, "utf8")) : "";
}

/**
 * A salt that nothing in the file is encrypted under may be of another state than today's, and the engine
 * would refuse today's passphrase with it. The state has its own.
 */
function withoutIdleSalt(text: string): string {
  const isInUse = /^\s+(- )?secure:|^(secretsprovider|encryptedkey):/m.test(text);
  return isInUse ? text : text.replace(/^encryptionsalt:.*\n?/m, "");
}

function backendOf(projectFile: string): string | undefined {
  try {
    const { backend } = parse(readFileSync(projectFile, "utf8")) as {
      backend?: { url?: string } | null;
    };
    return backend?.url;
  } catch {
    // The engine has the words for what is wrong with it.
    return undefined;
  }
}

/** The engine takes a relative path from its working directory. */
function fromFolder(url: string, root: string): string {
  const [, path = ""] = /^file:\/\/(.*)$/.exec(url) ?? [];
  const isRelative = path !== "" && !/^([/~\\]|[A-Za-z]:)/.test(path);
  return isRelative ? `file://${join(root, path)}` : url;
}
