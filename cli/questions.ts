import { createInterface } from "node:readline/promises";
import { restoreKeyboard, silenceKeyboard } from "./output/silent-keyboard.ts";

export async function askYesOrNo(question: string): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

export async function askForName(name: string): Promise<boolean> {
  const answer = await ask(`Type the stack's name (${name}) to go on: `);
  return answer.trim() === name;
}

async function ask(question: string): Promise<string> {
  const wasSilent = restoreKeyboard();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
    if (wasSilent) silenceKeyboard();
  }
}
