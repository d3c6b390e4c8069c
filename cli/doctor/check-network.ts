import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { onePerRegistry } from "../../infra/images/registry-images.ts";
import {
  imageLocation,
  mirroredReference,
  parseMirrors,
} from "../../infra/images/registry-mirror.ts";
import { StackError } from "../../infra/stack-error.ts";
import { remoteDigest } from "../docker/remote-digest.ts";
import { registryFailure } from "../docker/images/registry-failure.ts";
import { findOnPath } from "../os/find-executable.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, note, ok } from "./finding.ts";
import type { Place } from "./place.ts";

export interface Reach {
  readonly what: string;
  /** Undefined where nothing on this machine could ask. */
  readonly reachable: boolean | undefined;
}

const patienceMs = 10_000;

/** Each is asked with the tool that uses it, so its proxies, mirrors and certificates count. */
export const checkNetwork = defineCheck(
  "network",
  ({ environment, docker, settings }): Promise<Reach[]> =>
    Promise.all([
      reach("npm's registry", ask("npm", ["ping"], environment)),
      reach(
        "Python's package index",
        ask("python3", ["-m", "pip", "index", "versions", "pip"], environment),
      ),
      ...registries(settings).map((reference) => {
        const { registry } = imageLocation(reference);
        return reach(`the image registry ${registry}`, docker && askRegistry(docker, reference));
      }),
    ]),
  judgeNetwork,
);

/** A closed network is a place to work in, and no failure. */
export function judgeNetwork(reaches: readonly Reach[]): Judgement[] {
  return reaches.map(({ what, reachable }) => {
    if (reachable === undefined) return note(`${what}: nothing here can ask it`);
    return reachable ? ok(`${what} can be reached`) : note(`${what} can't be reached`);
  });
}

async function reach(what: string, answer: Promise<boolean> | undefined): Promise<Reach> {
  return { what, reachable: await answer };
}

function ask(
  program: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<boolean> | undefined {
  const executable = findOnPath(program, environment);
  if (executable === undefined) return undefined;
  const options = { env: environment, cwd: tmpdir(), timeout: patienceMs };
  return promisify(execFile)(executable, [...words], options).then(
    () => true,
    () => false,
  );
}

/** An image of each registry, behind its mirror where one is set. */
export function registries(settings: Place["settings"]): string[] {
  const text = settings instanceof StackError ? "" : settings.settings.IMAGE_REGISTRY_MIRROR;
  const mirrors = parseMirrors(text) ?? new Map<string, string>();
  return onePerRegistry().map((reference) => mirroredReference(reference, mirrors));
}

/** Docker asks for a manifest and pulls nothing. */
function askRegistry(docker: Docker, reference: string): Promise<boolean> {
  return remoteDigest(docker, reference, { patienceMilliseconds: patienceMs }).then(
    () => true,
    // A registry that refuses or limits can be reached.
    (error: unknown) => ["login", "missing", "rate-limit"].includes(registryFailure(error).kind),
  );
}
