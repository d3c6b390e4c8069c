import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { goCompiler } from "../../cli/toolchain/go-compiler.ts";
import { goEnvironment } from "../../cli/toolchain/go-build.ts";
import { toolchainDirectory } from "../../cli/toolchain/toolchain-directory.ts";
import { withToolchainLock } from "../../cli/toolchain/toolchain-lock.ts";
import { isInRange, versionIn } from "../../cli/toolchain/version.ts";
import { type CommandResult, runToEnd } from "./run-to-end.ts";

/** The first that takes the content of `configs` from the file itself. */
const oldest = "2.23.1";
const built = "2.40.3";

/**
 * The words that run Docker Compose here: Docker's own plugin, or one that is built from Go modules,
 * once a machine, where Docker was packaged without it (Debian's has 1.29, which can't read the file).
 */
export async function composeCommand(): Promise<readonly string[]> {
  const candidates = [["docker", "compose"], ["docker-compose"], [builtCompose()]];
  const found = candidates.find(isNewEnough);
  if (found) return found;
  await buildCompose();
  return [builtCompose()];
}

/** What it calls itself: "2.40.3". */
export function composeVersion([program = "", ...words]: readonly string[]): string {
  const answer = execFileSync(program, [...words, "version", "--short"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const version = versionIn(answer);
  if (version === undefined) throw new Error(`${program} says no version: ${answer}`);
  return version;
}

function isNewEnough(command: readonly string[]): boolean {
  try {
    return isInRange(composeVersion(command), { atLeast: oldest });
  } catch {
    return false;
  }
}

function builtCompose(): string {
  return join(dirname(toolchainDirectory(process.env)), "test", `compose-${built}`);
}

/** About as long as the stack's own engine takes: some minutes where Go has nothing cached. */
async function buildCompose(): Promise<void> {
  const output = builtCompose();
  mkdirSync(dirname(output), { recursive: true });
  if (existsSync(output)) throw new Error(`${output} does not answer; remove it.`);
  console.error(
    `There is no Docker Compose ${oldest} or newer here: ${built} is built from its Go module into ` +
      `${dirname(output)}, once. That takes some minutes.`,
  );
  const unfinished = `${output}.${process.pid}`;
  const version = `-X=github.com/docker/compose/v2/internal.Version=v${built}`;
  const words = ["-trimpath", "-mod=readonly", `-ldflags=-s -w ${version}`, "-o", unfinished];
  try {
    const go = await compiler();
    execFileSync(go.executable, ["build", ...words, "github.com/docker/compose/v2/cmd"], {
      cwd: join(import.meta.dirname, "compose"),
      env: goEnvironment(go, process.env),
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch (cause) {
    throw new Error(
      `This needs Docker Compose ${oldest} or newer, or Go or Python 3 with pip to build ${built} with.`,
      { cause },
    );
  }
  renameSync(unfinished, output);
}

/** The user's Go, or the one that the toolchain is built with. */
async function compiler(): ReturnType<typeof goCompiler> {
  const root = toolchainDirectory(process.env);
  mkdirSync(root, { recursive: true });
  const signal = undefined;
  const silent = () => undefined;
  return withToolchainLock(root, { signal, onWait: silent }, () =>
    goCompiler({ root, environment: process.env, signal, report: silent }),
  );
}

/** Runs Compose in `folder` to its end; its exit code is an answer. */
export function runCompose(
  [program = "", ...first]: readonly string[],
  folder: string,
  ...words: string[]
): Promise<CommandResult> {
  return runToEnd(program, [...first, ...words], { cwd: folder });
}
