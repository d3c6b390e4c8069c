import { createInterface } from "node:readline/promises";
import { restoreKeyboard, silenceKeyboard } from "../output/silent-keyboard.ts";

export async function askYesOrNo(question: string, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `, signal);
  return /^y(es)?$/i.test(answer.trim());
}

export async function askForName(name: string, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(`Type the stack's name (${name}) to go on: `, signal);
  return answer.trim() === name;
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const wasSilent = restoreKeyboard();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, the terminal hands Ctrl-C to it as a key, and nothing else hears of it.
  terminal.on("SIGINT", () => {
    process.kill(process.pid, "SIGINT");
  });
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
    if (wasSilent) silenceKeyboard();
  }
}
