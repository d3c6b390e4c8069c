import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Screen } from "./screen.ts";

/** A command that runs on a real terminal. */
export interface OnTerminal {
  readonly screen: Screen;
  readonly type: (keys: string) => void;
  /** Its exit code. */
  readonly ended: Promise<number>;
}

/** Starts a command on a terminal of the kernel's, whose screen is read like a person's. */
export function onTerminal(
  columns: number,
  rows: number,
  command: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): OnTerminal {
  const script = join(import.meta.dirname, "on-terminal.py");
  const child = spawn("python3", ["-B", script, String(columns), String(rows), ...command], {
    stdio: ["pipe", "pipe", "inherit"],
    // CI would make the output plain.
    env: { ...process.env, CI: undefined, TERM: "xterm-256color", ...environment },
  });
  const screen = new Screen(columns, rows);
  child.stdout.on("data", (data: Buffer) => screen.write(data));
  return {
    screen,
    type: (keys) => child.stdin.write(keys),
    ended: once(child, "close").then(([code]) => (code as number | null) ?? -1),
  };
}
