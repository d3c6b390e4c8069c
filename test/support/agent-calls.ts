import { execFileSync } from "node:child_process";
import { systemStack } from "./system-stack.ts";

export function postToAgent(path: string, body: object): Promise<Response> {
  return fetch(`${systemStack().url("agent")}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Gives back the status. */
export async function deleteConversation(id: string): Promise<number> {
  const address = `${systemStack().url("agent")}/v1/conversations/${id}`;
  return (await fetch(address, { method: "DELETE" })).status;
}

/** As the superuser, over the container's own socket. */
export function queryAgentDatabase(sql: string): string {
  const id = systemStack().containerId("postgres");
  const words = ["exec", id, "psql", "-h", "/tmp", "-U", "postgres", "-d", "agent", "-Atc", sql];
  return execFileSync("docker", words, { encoding: "utf8" }).trim();
}
