import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CommandResult } from "./run-to-end.ts";

/** A `./stack … --json` that is still running. */
export interface StartedStack {
  /** Resolves with the first event that `wanted` accepts; rejects when the command ends without. */
  readonly event: (
    wanted: (event: Readonly<Record<string, unknown>>) => boolean,
  ) => Promise<Readonly<Record<string, unknown>>>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<CommandResult>;
}

/** Starts `./stack` in a clone, to be watched, interrupted or killed. */
export function startStack(
  clone: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): StartedStack {
  const child = spawn(join(clone, "stack"), [...words, "--json", "--stack", "test"], {
    cwd: clone,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: Readonly<Record<string, unknown>>[] = [];
  const waiting = new Set<() => void>();
  const texts = { stdout: "", stderr: "" };
  const wake = () => {
    for (const check of waiting) check();
  };
  let over = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    texts.stdout += `${line}\n`;
    events.push(JSON.parse(line) as Record<string, unknown>);
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  const ended = once(child, "close").then(([code]): CommandResult => {
    over = true;
    wake();
    return { exitCode: (code as number | null) ?? -1, ...texts };
  });
  return {
    ended,
    kill: (signal) => child.kill(signal),
    event: (wanted) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = events.find(wanted);
          if (found) resolve(found);
          else if (over) reject(new Error(`It ended before that:\n${texts.stdout}${texts.stderr}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}
