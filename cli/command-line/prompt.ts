import { fitWidth, terminalWidth } from "../output/fit-width.ts";
import { restoreKeyboard, silenceKeyboard } from "../output/silent-keyboard.ts";

/** Where a question is asked and answered. */
export type Terminal = Pick<NodeJS.Process, "stdin" | "stderr">;

/** @param usual the answer that Enter alone gives. */
export async function askYesOrNo(
  terminal: Terminal,
  question: string,
  usual: "yes" | "no",
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await ask(terminal, `${question} ${usual === "yes" ? "[Y/n]" : "[y/N]"}`, signal);
  const given = answer.trim() === "" ? usual : answer.trim();
  return /^y(es)?$/i.test(given);
}

export async function askForName(
  terminal: Terminal,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await ask(terminal, `Type the stack's name (${name}) to go on:`, signal);
  return answer.trim() === name;
}

async function ask(
  { stdin, stderr }: Terminal,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  // Loaded only for a question: few commands ask one.
  const { createInterface } = await import("node:readline/promises");
  const wasSilent = restoreKeyboard();
  const reader = createInterface({ input: stdin, output: stderr });
  // While it reads, the terminal hands Ctrl-C to it as a key, and nothing else hears of it.
  reader.on("SIGINT", () => {
    process.kill(process.pid, "SIGINT");
  });
  try {
    return await reader.question(`${fitWidth(question, terminalWidth(stderr) - 1)} `, { signal });
  } finally {
    reader.close();
    if (wasSilent) silenceKeyboard();
  }
}
