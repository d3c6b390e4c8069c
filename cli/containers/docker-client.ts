import Docker from "dockerode";
import { labelNames } from "../../infra/render-container.ts";

/** A client of the engine at `host`, a value of DOCKER_HOST such as unix:///var/run/docker.sock. */
export function dockerClient(host: string): Docker {
  if (host.startsWith("unix://")) return new Docker({ socketPath: host.slice("unix://".length) });
  if (host.startsWith("npipe://")) return new Docker({ socketPath: host.slice("npipe://".length) });
  const url = new URL(host);
  if (url.protocol === "ssh:") {
    return new Docker({ protocol: "ssh", host: url.hostname, username: url.username });
  }
  const secure = url.port === "2376" || url.protocol === "https:";
  return new Docker({
    protocol: secure ? "https" : "http",
    host: url.hostname,
    port: Number(url.port || 2375),
  });
}

/** Marks of a stack's containers, networks and volumes. */
export interface StackMarks {
  readonly owner: string;
  readonly stackName: string;
}

export function labelFilter(marks: StackMarks): { label: string[] } {
  return {
    label: [`${labelNames.owner}=${marks.owner}`, `${labelNames.stack}=${marks.stackName}`],
  };
}

/** Runs `action`, taking "no such thing" as done: somebody else was quicker. */
export async function unlessMissing(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
