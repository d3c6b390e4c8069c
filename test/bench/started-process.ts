import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A server that runs in its own process, so that its load is not ours. */
export interface StartedProcess extends AsyncDisposable {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts a Node program that prints its address as the first line. */
export async function startProcess(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<StartedProcess> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  // Whatever else it prints is read, or its pipe would fill.
  lines.on("line", () => undefined);
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { url: first, stop, [Symbol.asyncDispose]: stop };
}
