import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { docker } from "./stack-container.ts";

/** Where and when figures were measured, in one line; nothing in it names the machine itself. */
export async function describeMachine(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? process.platform;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const engine = `Docker ${docker("version", "--format", "{{.Server.Version}}")}`;
  const day = new Date().toISOString().slice(0, 10);
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  }).trim();
  const cores = `${availableParallelism()} cores`;
  return (
    [system, cores, memory, engine, `Node ${process.versions.node}`, day, commit].join(", ") + "."
  );
}
