import { eventually } from "./eventually.ts";
import { sql } from "./stores.ts";
import { docker, systemStack } from "./system-stack.ts";

export function postToAgent(path: string, body: object, headers: object = {}): Promise<Response> {
  return fetch(`${systemStack().url("agent")}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/**
 * Does something in the middle of a run, once it is recorded. The local model stands still until
 * then: a small one may have told its story before.
 */
export async function inTheMiddleOf(
  start: () => Promise<Response>,
  action: () => void,
): Promise<{ readonly answer: Promise<Response> }> {
  docker("pause", systemStack().containerId("model"));
  try {
    const answer = start();
    // Whoever cuts the run off need not look at what became of it.
    answer.catch(() => undefined);
    await eventually(() => runsThatAre("running") > 0, "the run is recorded");
    action();
    return { answer };
  } finally {
    docker("unpause", systemStack().containerId("model"));
  }
}

/** How many runs have that status in the database. */
export function runsThatAre(status: "running" | "failed"): number {
  return Number(queryAgentDatabase(`SELECT count(*) FROM runs WHERE status = '${status}'`));
}

/** Gives back the status. */
export async function deleteConversation(id: string): Promise<number> {
  const address = `${systemStack().url("agent")}/v1/conversations/${id}`;
  return (await fetch(address, { method: "DELETE" })).status;
}

/** As the superuser, over the container's own socket. */
export const queryAgentDatabase = (text: string): string => sql("agent", text);
