import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { StackError } from "../../../infra/stack-error.ts";
import type { EngineAddress } from "../docker-client.ts";
import { type Candidate, type Source, usualPlaces } from "./candidates.ts";
import { explicitHost, type ExplicitHost } from "./explicit-host.ts";
import { probe } from "./probe.ts";

/** A Docker engine that answers and can be used. */
export interface DockerHost extends EngineAddress {
  readonly engineVersion: string;
  readonly apiVersion: string;
  readonly source: Source;
  readonly startedByUs: boolean;
}

// A local engine answers in milliseconds; one on a busy machine or behind ssh needs its time.
const localTimeoutMs = 5_000;
const explicitTimeoutMs = 15_000;

/**
 * The engine that the user chose, else the first of `places` that can be used.
 *
 * @throws StackError when the chosen one can't be used, or when none can and one says why.
 */
export async function findAmong(
  explicit: ExplicitHost | undefined,
  places: readonly Candidate[],
): Promise<DockerHost | undefined> {
  if (explicit) return chosenHost(explicit);
  let refusal: StackError | undefined;
  for (const place of places) {
    const { host } = place;
    if (host.startsWith("unix://") && !existsSync(host.slice("unix://".length))) continue;
    const answer = await probe(place, localTimeoutMs);
    if (answer.kind === "answers") return dockerHost(place, answer);
    if (answer.kind === "unusable") refusal ??= answer.error;
  }
  if (refusal) throw refusal;
  return undefined;
}

/** @returns undefined when no engine answers. */
export function findDockerHost(options: {
  environment: NodeJS.ProcessEnv;
}): Promise<DockerHost | undefined> {
  const { environment } = options;
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? homedir();
  // An async boundary, so that what the user's Docker settings lack is a rejection like the rest.
  return Promise.resolve().then(() =>
    findAmong(
      explicitHost(environment, home),
      usualPlaces({
        environment,
        home,
        platform: process.platform,
        uid: process.getuid?.(),
        list: namesIn,
      }),
    ),
  );
}

/** A file of the user's may have the name that a folder is looked for by. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * The same for a command that needs an engine and starts none.
 *
 * @throws StackError when no engine answers.
 */
export async function requireDockerHost(options: {
  environment: NodeJS.ProcessEnv;
}): Promise<DockerHost> {
  const host = await findDockerHost(options);
  if (host) return host;
  throw new StackError("No Docker engine answers on this machine.", {
    remedy: "Start Docker, or let ./stack up install and start it.",
  });
}

async function chosenHost(explicit: ExplicitHost): Promise<DockerHost> {
  const { host, chosenBy, remedy } = explicit;
  const answer = await probe(explicit, explicitTimeoutMs);
  if (answer.kind === "answers") return dockerHost(explicit, answer);
  if (answer.kind === "unusable") throw answer.error;
  throw new StackError(`${chosenBy} leads to ${host}, where no Docker engine answers.`, { remedy });
}

function dockerHost(
  { host, source, certificates }: Candidate,
  { engineVersion, apiVersion }: { engineVersion: string; apiVersion: string },
): DockerHost {
  const tls = certificates === undefined ? {} : { certificates };
  return { host, ...tls, engineVersion, apiVersion, source, startedByUs: false };
}
