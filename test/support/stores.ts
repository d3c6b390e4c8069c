import { join } from "node:path";
import { QdrantClient } from "@qdrant/js-client-rest";
import { listFolder } from "../../cli/os/list-folder.ts";
import { docker, systemStack } from "./system-stack.ts";

/** Runs SQL as the superuser, over the container's own socket. */
export function sql(database: string, text: string): string {
  const id = systemStack().containerId("postgres");
  return docker("exec", id, "psql", "-U", "postgres", "-d", database, "-qAtc", text);
}

export function qdrantClient(): QdrantClient {
  return new QdrantClient({ url: systemStack().url("qdrant"), checkCompatibility: false });
}

/** Runs a shell line in a service's container, as the service itself. */
export function inService(service: string, line: string): string {
  return docker("exec", systemStack().containerId(service), "sh", "-c", line);
}

/** What no command may leave: databases beside, throwaways, notes, locks, files of a restore, programs. */
export function leftBehind(): string[] {
  const { clone, containerId } = systemStack();
  const filter = ["--quiet", "--filter", "label=agent-stack.throwaway"];
  const names = "SELECT datname FROM pg_database WHERE datname LIKE '%\\_\\_%'";
  const programs = docker("top", containerId("postgres"), "-eo", "pid,args");
  return [
    sql("postgres", names),
    docker("ps", "--all", ...filter),
    docker("volume", "ls", ...filter),
    docker("network", "ls", ...filter),
    ...["restores", "locks"].flatMap((folder) => listFolder(join(clone, ".stack", folder))),
    ...listFolder(join(clone, "backups")).filter((name) => name.endsWith(".partial")),
    inService("open-webui", "ls -A /data").match(/^\.agent-stack.*/m)?.[0] ?? "",
    ...programs.split("\n").filter((line) => /\b(psql|pg_dump|pg_restore)\b/.test(line)),
  ].filter((line) => line !== "");
}
