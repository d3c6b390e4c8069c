import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { remoteDigest } from "../containers/registry.ts";
import { findOnPath } from "../toolchain/find-on-path.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, note, ok } from "./finding.ts";

export interface Reach {
  readonly what: string;
  /** Undefined where nothing on this machine could ask. */
  readonly reachable: boolean | undefined;
}

const patienceMs = 10_000;

/** Each is asked with the tool that uses it, so its proxies, mirrors and certificates count. */
export const checkNetwork = defineCheck(
  "network",
  ({ environment, docker }): Promise<Reach[]> =>
    Promise.all([
      reach("npm's registry", ask("npm", ["ping"], environment)),
      reach(
        "Python's package index",
        ask("python3", ["-m", "pip", "index", "versions", "pip"], environment),
      ),
      reach("Docker's image registry", docker && askRegistry(docker)),
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

/** Docker asks for a manifest and pulls nothing. */
function askRegistry(docker: Docker): Promise<boolean> {
  return remoteDigest(docker, "hello-world", { patienceMilliseconds: patienceMs }).then(
    () => true,
    () => false,
  );
}
