import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findOnPath } from "../../cli/os/find-executable.ts";
import { toolchainDirectory } from "../../cli/toolchain/toolchain-directory.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";

/** The reference implementation of an OCI registry, on loopback with its own storage. */
export interface RegistryServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export async function startRegistryServer(): Promise<RegistryServer> {
  const program = registryProgram();
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), "stack-registry-"));
  const config = join(folder, "config.yml");
  writeFileSync(config, configuration(port, join(folder, "storage")));
  // Its tracing of every request goes to standard error and is nobody's concern.
  const child = spawn(program, ["serve", config], { stdio: "ignore", env: {} });
  try {
    await answers(port, child);
  } catch (error) {
    await stop(child, folder);
    throw error;
  }
  return { port, stop: () => stop(child, folder) };
}

function configuration(port: number, storage: string): string {
  return [
    "version: 0.1",
    "log: { level: error, accesslog: { disabled: true } }",
    `storage: { filesystem: { rootdirectory: ${JSON.stringify(storage)} }, delete: { enabled: true } }`,
    // Relative, so that uploads stay on whichever address the client chose.
    `http: { addr: "127.0.0.1:${port}", relativeurls: true }`,
    "",
  ].join("\n");
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`docker-registry ended: exit ${child.exitCode}`);
    return fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  }, "docker-registry answers");
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Debian's docker-registry: from PATH, else its package unpacked in the user's cache. It is not
 * installed, which would need root and start a service.
 */
function registryProgram(): string {
  const installed = findOnPath("docker-registry", process.env);
  if (installed !== undefined) return installed;
  const folder = join(dirname(toolchainDirectory(process.env)), "test", "docker-registry");
  const program = join(folder, "usr/bin/docker-registry");
  if (!existsSync(program)) unpackPackage(folder);
  return program;
}

function unpackPackage(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const making = mkdtempSync(`${folder}.`);
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { cwd: making, stdio: ["ignore", "ignore", "pipe"] });
  try {
    run("apt-get", "download", "docker-registry");
    const file = readdirSync(making).find((name) => name.endsWith(".deb")) ?? "";
    run("dpkg-deb", "--extract", file, ".");
  } catch (cause) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(
      "This test needs docker-registry: on PATH, or from apt-get download on Debian or Ubuntu.",
      { cause },
    );
  }
  // Another run may have been quicker; its copy is as good.
  if (existsSync(folder)) rmSync(making, { recursive: true, force: true });
  else renameSync(making, folder);
}
