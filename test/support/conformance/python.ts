import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ProcessFailure, runProcess } from "../../../cli/os/run-process.ts";
import { toolchainDirectory } from "../../../cli/toolchain/toolchain-directory.ts";

const suites = path.join(import.meta.dirname, "../../conformance");
const lock = path.join(suites, "requirements.txt");
/** For clients that need another version of OpenAI's package than its own tests. */
export const clientsLock = path.join(suites, "clients/requirements.txt");
/** What the lock was made for; older ones lack its packages. */
const oldest = { major: 3, minor: 11 };
const interpreters = ["python3", "python3.13", "python3.12", "python3.11", "python"];

/** The Python that has the locked packages, made in the user's cache when it is not there yet. */
export async function lockedPython(locked = lock): Promise<string> {
  const folder = await cached("venv", readFileSync(locked, "utf8"), async (making) => {
    await pip(usablePython(), ["-m", "venv", making]);
    const install = ["install", "--require-hashes", "--only-binary", ":all:", "-r", locked];
    await pip(pythonOf(making), ["-m", "pip", ...install]);
  });
  return pythonOf(folder);
}

/**
 * The sources that a locked package publishes, tests and all, unpacked in the user's cache.
 *
 * @param requirement `name==version`, as the lock has it.
 */
export async function lockedSource(python: string, requirement: string): Promise<string> {
  const [name = "", version = ""] = requirement.split("==");
  const locked = lockedLine(requirement);
  const folder = await cached("source", locked, async (making) => {
    mkdirSync(making, { recursive: true });
    const list = path.join(making, "source.txt");
    writeFileSync(list, locked);
    const fetching = ["download", "--no-deps", "--no-build-isolation", "--require-hashes"];
    const from = ["--no-binary", name, "--dest", making, "-r", list];
    await pip(python, ["-m", "pip", ...fetching, ...from]);
    const archive = path.join(making, `${name}-${version}.tar.gz`);
    await pip(python, ["-m", "tarfile", "--extract", archive, making]);
  });
  return path.join(folder, `${name}-${version}`);
}

/** A requirement with all its hashes. */
function lockedLine(requirement: string): string {
  const entries = readFileSync(lock, "utf8").split(/\n(?=\S)/);
  const entry = entries.find((each) => each.startsWith(`${requirement} `));
  if (entry === undefined) throw new Error(`${requirement} is not locked in ${lock}.`);
  return entry;
}

/** A folder that is made once, wholly or not at all, however many runs want it at the same time. */
async function cached(
  kind: string,
  key: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const parent = path.join(path.dirname(toolchainDirectory(process.env)), "conformance");
  const folder = path.join(parent, `${kind}-${hash}`);
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true });
  const making = `${folder}.${process.pid}`;
  try {
    await make(making);
    renameSync(making, folder);
  } catch (error) {
    // Another run may have been first.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

function usablePython(): string {
  const found = interpreters.flatMap((name) => {
    const version = versionOf(name);
    return version === undefined ? [] : [{ name, ...version }];
  });
  const usable = found.find(({ major, minor }) => major === oldest.major && minor >= oldest.minor);
  if (usable) return usable.name;
  const seen = found.map(({ name, major, minor }) => `${name} is ${major}.${minor}`).join(", ");
  throw new Error(
    `The conformance suites need Python ${oldest.major}.${oldest.minor} or newer, with venv and pip ` +
      `(${seen || "there is none on the PATH"}). Install it, on Debian: ` +
      "apt-get install python3 python3-venv. Then run the same command again.",
  );
}

function versionOf(name: string): { major: number; minor: number } | undefined {
  try {
    const text = execFileSync(name, ["--version"], { encoding: "utf8", stdio: "pipe" });
    const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(text) ?? [];
    return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
  } catch {
    return undefined;
  }
}

async function pip(command: string, args: readonly string[]): Promise<void> {
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PIP_PROGRESS_BAR: "off" };
  try {
    await runProcess(command, args, { environment: { ...process.env, ...quiet } });
  } catch (error) {
    if (!(error instanceof ProcessFailure)) throw error;
    throw new Error(
      `The conformance suites can't be prepared: ${error.message}.\n${error.tail.join("\n")}\n` +
        "They need Python's venv and pip (on Debian: apt-get install python3-venv), and pip its " +
        "package index once. Then run the same command again.",
      { cause: error },
    );
  }
}

function pythonOf(venv: string): string {
  return process.platform === "win32"
    ? path.join(venv, "Scripts", "python.exe")
    : path.join(venv, "bin", "python");
}
