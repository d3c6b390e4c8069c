import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Each process takes its ports from its own hundred, below those that a system gives to connections
 * going out: what is free now is then still free when the test uses it.
 */
const perProcess = 100;
const first = 10_000 + (process.pid % 200) * perProcess;
let used = 0;

/** Ports that nothing listens on now, and that this process has not given away before. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let tried = 0; found.length < count; tried += 1) {
    if (tried === perProcess) throw new Error(`No ${count} ports are free from ${first} on.`);
    const port = first + (used % perProcess);
    used += 1;
    if (await isFree(port)) found.push(port);
  }
  return found;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  await once(server.close(), "close");
  return true;
}
