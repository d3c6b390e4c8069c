import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitions } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import { freePorts } from "./free-ports.ts";
import { type CommandResult, runToEnd } from "./run-to-end.ts";

/** A real stack called `test` in its own scratch clone: never `dev`, never the user's clone. */
export interface SystemStack {
  readonly clone: string;
  /** Starts the name of every container, network and volume. */
  readonly project: string;
  /** Runs `./stack` with `--stack test` in the clone. */
  readonly stack: (...words: string[]) => Promise<CommandResult>;
  /** Base address of a service, from the stack's own outputs. */
  readonly url: (service: string) => string;
  readonly containerId: (service: string) => string;
}

const repository = join(import.meta.dirname, "../..");
let running: SystemStack | undefined;

/** The stack that the suite's first step brought up. */
export function systemStack(): SystemStack {
  if (!running)
    throw new Error("The stack test is not up: run these tests with npm run test:system");
  return running;
}

/** Clones the work tree (tracked and new files, as committed or not) into a folder with a space. */
export function scratchClone(): string {
  const folder = mkdtempSync(join(tmpdir(), "agent stack "));
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter((name) => name !== "")) {
    const source = join(repository, file);
    if (existsSync(source)) cpSync(source, join(folder, file));
  }
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder, stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git(
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@localhost",
    "commit",
    "--quiet",
    "-m",
    "clone",
  );
  return folder;
}

/** Gives a stack of a clone ports and names that nothing else uses, and `settings`. */
export async function writeTestSettings(
  clone: string,
  project: string,
  settings: Readonly<Record<string, string>> = {},
  stackName = "test",
): Promise<void> {
  const names = settingNames.filter((name) => definitions[name].group === "Ports");
  const ports = await freePorts(names.length);
  const lines = [
    ...names.map((name, index) => `${name}=${ports[index] ?? 0}`),
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ];
  writeFileSync(
    join(clone, `.env.${stackName}`),
    [`STACK_PROJECT_NAME=${project}`, ...lines, ""].join("\n"),
    { mode: 0o600 },
  );
}

/** Runs `./stack` in a clone, as a user would, and never throws on its exit code. */
export function runStack(
  clone: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stackName = "test",
): Promise<CommandResult> {
  const all = [...words, "--stack", stackName];
  return runToEnd(join(clone, "stack"), all, {
    cwd: clone,
    env: { ...process.env, ...environment },
  });
}

export interface SystemStackOptions {
  /** A scratch clone of the work tree where it is not named. */
  readonly clone?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

export async function bringUpSystemStack(options: SystemStackOptions = {}): Promise<CommandResult> {
  const { clone = scratchClone(), settings = {} } = options;
  const project = `st${process.pid.toString(36)}`;
  await writeTestSettings(clone, project, settings);
  const stack = (...words: string[]) => runStack(clone, words);
  const result = await stack("up", "--yes", "--json");
  const addresses = addressesOf(result.stdout);
  running = {
    clone,
    project,
    stack,
    url: (service) => {
      const address = addresses[service];
      if (address === undefined) throw new Error(`${service} has no address`);
      return address;
    },
    containerId: (service) =>
      docker("inspect", "--format", "{{.Id}}", `${project}-test-${service}`),
  };
  return result;
}

/** Brings the stack up again after a test has broken it. */
export async function upIsHealthy(): Promise<void> {
  const { exitCode, stdout, stderr } = await systemStack().stack("up", "--yes", "--json");
  if (exitCode !== 0) throw new Error(`up exited ${exitCode}:\n${stdout}${stderr}`);
}

/** Removes the stack, its volumes and its clone. */
export async function removeSystemStack(): Promise<void> {
  if (!running) return;
  const { clone, stack } = running;
  const result = await stack("down", "--remove-volumes", "--yes");
  if (result.exitCode !== 0) throw new Error(`down failed:\n${result.stderr}`);
  rmSync(clone, { recursive: true, force: true });
  running = undefined;
}

/** The one `result` among a command's NDJSON lines. */
export function resultOf(stdout: string): Readonly<Record<string, unknown>> {
  const events = jsonLines(stdout);
  const result = events.find(({ type }) => type === "result");
  if (!result) throw new Error(`No result in:\n${stdout}`);
  return result;
}

/** The one `error` among a command's NDJSON lines. */
export function errorOf(stdout: string): { message: string; remedy: string; details: string[] } {
  const error = jsonLines(stdout).find(({ type }) => type === "error");
  if (!error) throw new Error(`No error in:\n${stdout}`);
  return error as unknown as { message: string; remedy: string; details: string[] };
}

export function jsonLines(stdout: string): Readonly<Record<string, unknown>>[] {
  return stdout
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text) as Record<string, unknown>);
}

export function addressesOf(stdout: string): Record<string, string> {
  const result = jsonLines(stdout).find(({ type }) => type === "result");
  return (result?.["addresses"] ?? {}) as Record<string, string>;
}

export function docker(...words: string[]): string {
  return execFileSync("docker", words, { encoding: "utf8" }).trim();
}
