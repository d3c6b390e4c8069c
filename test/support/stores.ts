import { QdrantClient } from "@qdrant/js-client-rest";
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
