import { setTimeout as delay } from "node:timers/promises";
import { docker, stackImage } from "./stack-container.ts";

export interface ScratchPostgres {
  /** Of the database `agent`. */
  readonly url: string;

  /** Runs SQL as the agent. */
  readonly sql: (text: string) => string;
  readonly remove: () => void;
}

/**
 * The stack's own Postgres in its own container, its data in memory and gone with it.
 *
 * @param image that of a stack's Postgres; unless given, the newest on this machine.
 * @throws Error where there is no image yet: the first `./stack up` makes it.
 */
export async function startScratchPostgres(
  image = stackImage("postgres"),
): Promise<ScratchPostgres> {
  const variables = {
    POSTGRES_DATABASES: "agent",
    POSTGRES_PASSWORD: "bench",
    AGENT_DB_PASSWORD: "bench",
  };
  const id = docker(
    ...["run", "--detach", "--rm", "--publish", "127.0.0.1::5432", "--shm-size", "256m"],
    ...["--tmpfs", "/var/lib/postgresql:uid=999,gid=999,mode=700"],
    ...Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    image,
  );
  const inside = ["exec", "--env", "PGPASSWORD=bench", id];
  const psql = ["psql", "-h", "127.0.0.1", "-U", "agent", "-d", "agent", "-qtA", "-c"];
  const sql = (text: string) => docker(...inside, ...psql, text);
  try {
    await untilReady(() => sql("SELECT 1"));
  } catch (error) {
    docker("rm", "--force", "--volumes", id);
    throw error;
  }
  const port = docker("port", id, "5432").split(":").at(-1) ?? "";
  return {
    sql,
    url: `postgresql://agent:bench@127.0.0.1:${port}/agent`,
    remove: () => docker("rm", "--force", "--volumes", id),
  };
}

async function untilReady(ask: () => unknown): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      ask();
      return;
    } catch (error) {
      if (attempt === 120) throw error;
      await delay(500);
    }
  }
}
