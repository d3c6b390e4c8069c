import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolchainDirectory } from "../../cli/toolchain/toolchain-directory.ts";
import { isInRange, versionIn } from "../../cli/toolchain/version.ts";
import { type CommandResult, runToEnd } from "./run-to-end.ts";

/** The first that takes the content of `configs` from the file itself. */
const oldest = "2.23.1";
const built = "2.40.3";

/**
 * The words that run Docker Compose here: Docker's own plugin, or one that is built from Go modules,
 * once a machine, where Docker was packaged without it (Debian's has 1.29, which can't read the file).
 */
export function composeCommand(): readonly string[] {
  const candidates = [["docker", "compose"], ["docker-compose"], [builtCompose()]];
  const found = candidates.find(isNewEnough);
  if (found) return found;
  buildCompose();
  return [builtCompose()];
}

function isNewEnough([program = "", ...words]: readonly string[]): boolean {
  try {
    const version = versionIn(
      execFileSync(program, [...words, "version", "--short"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    return version !== undefined && isInRange(version, { atLeast: oldest });
  } catch {
    return false;
  }
}

function builtCompose(): string {
  return join(dirname(toolchainDirectory(process.env)), "test", `compose-${built}`);
}

/** About as long as the stack's own engine takes: some minutes where Go has nothing cached. */
function buildCompose(): void {
  const output = builtCompose();
  mkdirSync(dirname(output), { recursive: true });
  if (existsSync(output)) throw new Error(`${output} does not answer; remove it.`);
  const unfinished = `${output}.${process.pid}`;
  const version = `-X=github.com/docker/compose/v2/internal.Version=v${built}`;
  const words = ["-trimpath", "-mod=readonly", `-ldflags=-s -w ${version}`, "-o", unfinished];
  try {
    execFileSync("go", ["build", ...words, "github.com/docker/compose/v2/cmd"], {
      cwd: join(import.meta.dirname, "compose"),
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch (cause) {
    throw new Error(
      `This test needs Docker Compose ${oldest} or newer, or Go to build ${built} with.`,
      { cause },
    );
  }
  renameSync(unfinished, output);
}

/** Runs Compose in `folder` to its end; its exit code is an answer. */
export function runCompose(
  [program = "", ...first]: readonly string[],
  folder: string,
  ...words: string[]
): Promise<CommandResult> {
  return runToEnd(program, [...first, ...words], { cwd: folder });
}
