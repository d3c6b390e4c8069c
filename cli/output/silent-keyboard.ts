import { spawnSync } from "node:child_process";

/** What the terminal shows of what is typed, while a table is drawn where it would show it. */
let silent = false;

/**
 * Makes the terminal show nothing of what is typed: an Enter would move the table that is being drawn.
 * Ctrl-C and Ctrl-Z work as ever, and what is typed is there for whoever reads next.
 */
export function silenceKeyboard(): void {
  if (silent || !process.stdin.isTTY || process.platform === "win32") return;
  silent = true;
  stty("-echo");
  process.once("exit", restoreKeyboard);
}

/** Makes the terminal show again what is typed. True where it did not. */
export function restoreKeyboard(): boolean {
  if (!silent) return false;
  silent = false;
  process.off("exit", restoreKeyboard);
  stty("echo");
  return true;
}

function stty(setting: "echo" | "-echo"): void {
  // A process in the background must leave the terminal to the one in front.
  const script = `case $(ps -o stat= -p $$) in *+*) exec stty ${setting} ;; esac`;
  spawnSync("sh", ["-c", script], { stdio: ["inherit", "ignore", "ignore"], timeout: 1000 });
}
