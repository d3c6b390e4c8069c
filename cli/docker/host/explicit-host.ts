import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StackError } from "../../../infra/stack-error.ts";
import type { Candidate } from "./candidates.ts";

/** An engine that the user chose; no other one may take its place. */
export interface ExplicitHost extends Candidate {
  /** Who chose it, as the subject of a sentence. */
  readonly chosenBy: string;
  /** What to do when it does not answer. */
  readonly remedy: string;
}

/**
 * The engine chosen by DOCKER_HOST, DOCKER_CONTEXT or `docker context use`, in the order in which
 * the docker command itself looks at them.
 */
export function explicitHost(
  environment: NodeJS.ProcessEnv,
  home: string,
): ExplicitHost | undefined {
  const host = environment["DOCKER_HOST"];
  if (host) {
    return {
      host: checkedAddress(host, "DOCKER_HOST"),
      source: "DOCKER_HOST",
      chosenBy: "DOCKER_HOST",
      remedy: "Start that engine, or unset DOCKER_HOST to use this machine's own.",
      ...(/^(tcp|https?):/.test(host) && environmentCertificates(environment, home)),
    };
  }
  // As for the docker command, an empty variable is one that is not set.
  const folder = environment["DOCKER_CONFIG"] || join(home, ".docker");
  const name = environment["DOCKER_CONTEXT"] || currentContext(folder);
  // "default" is the docker command's name for "nothing was chosen".
  return !name || name === "default" ? undefined : contextHost(folder, name);
}

/** As the docker command has it: DOCKER_TLS_VERIFY asks for TLS, with the files of its own folder. */
function environmentCertificates(
  environment: NodeJS.ProcessEnv,
  home: string,
): Pick<ExplicitHost, "certificates"> {
  const folder = environment["DOCKER_CERT_PATH"];
  if (folder) return { certificates: folder };
  if (!environment["DOCKER_TLS_VERIFY"]) return {};
  return { certificates: environment["DOCKER_CONFIG"] || join(home, ".docker") };
}

function currentContext(folder: string): string | undefined {
  const config = readJson(join(folder, "config.json")) as { currentContext?: unknown } | undefined;
  const name = config?.currentContext;
  return typeof name === "string" ? name : undefined;
}

function contextHost(folder: string, name: string): ExplicitHost {
  // The docker command names the folder so, to be free of what a file name may hold.
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(folder, "contexts", "meta", id, "meta.json");
  const meta = readJson(file) as { Endpoints?: { docker?: { Host?: unknown } } } | null | undefined;
  if (meta === undefined) {
    throw new StackError(`There is no Docker context "${name}" in ${folder}.`, {
      remedy: "Choose one of `docker context ls` with `docker context use`, or set DOCKER_HOST.",
    });
  }
  const host = meta?.Endpoints?.docker?.Host;
  if (typeof host !== "string" || host === "") {
    throw new StackError(`The Docker context "${name}" names no engine.`, {
      remedy: "Choose one of `docker context ls` with `docker context use`, or set DOCKER_HOST.",
    });
  }
  const certificates = join(folder, "contexts", "tls", id, "docker");
  return {
    host: checkedAddress(host, `The Docker context "${name}"`),
    ...(existsSync(certificates) && { certificates }),
    source: "context",
    chosenBy: `The Docker context "${name}"`,
    remedy: `${startingCommand(name)}, or choose another with \`docker context use default\`.`,
  };
}

function startingCommand(context: string): string {
  const [, profile] = /^colima(?:-(.+))?$/.exec(context) ?? [];
  if (profile !== undefined) return `Start it with \`colima start ${profile}\``;
  if (context === "colima") return "Start it with `colima start`";
  if (context === "orbstack") return "Open OrbStack";
  if (context === "rancher-desktop") return "Open Rancher Desktop";
  if (context.startsWith("desktop-")) return "Open Docker Desktop";
  return "Start that engine";
}

function checkedAddress(host: string, chosenBy: string): string {
  if (/^(unix|npipe|tcp|http|https|ssh):\/\/./.test(host) && URL.canParse(host)) return host;
  throw new StackError(`${chosenBy} names "${host}", which is not an engine's address.`, {
    remedy: "An address looks like unix:///var/run/docker.sock or tcp://host:2375.",
  });
}

/** Undefined where there is no such file; one that is there has to be readable. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StackError(`Docker's settings in ${file} can't be read.`, {
      remedy: "Fix or remove the file, or set DOCKER_HOST.",
      cause: error,
    });
  }
}
