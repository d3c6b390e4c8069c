import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";
import { ownerMark } from "../../infra/applied-record.ts";
import { definitions } from "../../infra/settings/definitions.ts";
import { defaultStackName, dotenvFileName, stackNameProblem } from "../../infra/stack-name.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import { StackError } from "../../infra/stack-error.ts";

/** A stack that has its `.env` file in this clone, running or not. */
export interface StackOfClone {
  readonly stackName: string;
  /** The mark on its containers; undefined before its first `up`. */
  readonly owner: string | undefined;
  /** Ports that it is set to, or has by default. */
  readonly ports: readonly number[];
}

export function stacksOfClone(root: string): StackOfClone[] {
  return readdirSync(root).flatMap((file) => {
    const stackName = file === ".env" ? defaultStackName : file.replace(/^\.env\./, "");
    if (dotenvFileName(stackName) !== file || stackNameProblem(stackName) !== undefined) return [];
    const values = parseDotenv(readFileSync(join(root, file)));
    const key = values["STACK_RECORD_KEY"];
    return [{ stackName, owner: key ? ownerMark(key) : undefined, ports: portsOf(values) }];
  });
}

/**
 * Tells a stack that is down from a name that is mistyped.
 *
 * @throws StackError where this clone has no such stack.
 */
export function requireKnownStack(place: { root: string; stackName: string }): void {
  const { stackName } = place;
  if (stackName === defaultStackName) return;
  const known = stacksOfClone(place.root).map((stack) => stack.stackName);
  if (known.includes(stackName)) return;
  const names = known.length === 0 ? "" : ` It has: ${known.join(", ")}.`;
  throw new StackError(`This clone has no stack called ${stackName}.${names}`, {
    remedy: "Check the name behind --stack, or start such a stack with: ./stack up",
  });
}

function portsOf(values: Readonly<Record<string, string>>): number[] {
  return settingNames
    .filter((name) => definitions[name].group === "Ports")
    .map((name) => Number(values[name] || definitions[name].fallback));
}
