import { defaultStackName, dotenvFileName } from "./stack-name.ts";

/**
 * `text` with every `./stack` command in it, and every mention of `.env`, made to mean this stack.
 *
 * A command that is copied from an error must not work on another stack than the one that failed.
 * Applying it twice changes nothing.
 */
export function commandHint(text: string, stackName: string): string {
  if (stackName === defaultStackName) return text;
  return text
    .replaceAll(/\.\/stack (?=[a-z])/g, `./stack --stack ${stackName} `)
    .replaceAll(/(?<![\w.])\.env(?![\w.]*\w)/g, dotenvFileName(stackName));
}
