import { StackError } from "./stack-error.ts";

/** The stack that a command without `--stack` means. */
export const defaultStackName = "dev";

/** The file that holds a stack's settings: `.env` belongs to `dev`, `.env.NAME` to any other. */
export function dotenvFileName(stackName: string): string {
  return stackName === defaultStackName ? ".env" : `.env.${stackName}`;
}

const longest = 21;

/** Names whose files in this repository are something else already, and what they are. */
const reserved: Readonly<Record<string, string>> = {
  template: ".env.template is the template of every stack's settings",
};

/** Why `name` can't be a stack's, as the end of a sentence; undefined where it can. */
export function stackNameProblem(name: string): string | undefined {
  const reason = Object.hasOwn(reserved, name) ? reserved[name] : undefined;
  if (name === "") return "is empty";
  if (reason !== undefined) return `is reserved: ${reason}`;
  const strange = /[^a-z0-9-]/.exec(name)?.[0];
  if (strange !== undefined) {
    return `contains ${JSON.stringify(strange)}: a name has lower-case letters, digits and '-' only`;
  }
  if (!/^[a-z]/.test(name)) return "does not start with a lower-case letter";
  if (name.length > longest) return `has ${name.length} characters: at most ${longest} are allowed`;
  return undefined;
}

/** @throws StackError where the name can't be a stack's, saying which rule it breaks. */
export function requireStackName(name: string): void {
  const problem = stackNameProblem(name);
  if (problem === undefined) return;
  throw new StackError(`The stack name "${name}" ${problem}.`, {
    remedy: "Choose another name, such as two or test-1.",
  });
}
