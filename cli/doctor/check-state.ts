import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isPassphraseGiven } from "../passphrase.ts";
import { brokenResources, parseStateFile, resourceName, type StackState } from "../stack-state.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, ok, warning } from "./finding.ts";

export interface StateFacts {
  /** Undefined before the first `up`, or where the state lies in a team's own backend. */
  readonly state: StackState | "damaged" | undefined;
  readonly path: string;
  /** True where a state is there and the passphrase that it was encrypted with is not. */
  readonly passphraseLost: boolean;
}

export const checkState = defineCheck(
  "state",
  ({ workspace, stackName, environment }): StateFacts => {
    const path = join(workspace.state, ".pulumi/stacks/agent-stack", `${stackName}.json`);
    const known = existsSync(workspace.passphraseFile) || isPassphraseGiven(environment);
    return {
      path,
      state: existsSync(path) ? readState(path) : undefined,
      passphraseLost: existsSync(path) && !known,
    };
  },
  judgeState,
);

export function judgeState({ state, path, passphraseLost }: StateFacts): Judgement[] {
  if (state === undefined) return [];
  if (state === "damaged") {
    return [
      failure(
        "The stack's state file is damaged or cut short.",
        `Copy the last good one back: ${path}.bak, or one in .stack/state/.pulumi/backups.`,
      ),
    ];
  }
  const broken = [...new Set(brokenResources(state).map(({ urn }) => resourceName(urn)))];
  const found = [
    ...(passphraseLost ? [lostPassphrase] : []),
    ...(broken.length > 0
      ? [
          warning(
            `An interrupted or failed up has left ${broken.join(", ")} half-made.`,
            "Run ./stack up: it repairs them.",
          ),
        ]
      : []),
  ];
  return found.length > 0 ? found : [ok(`${state.resources.length} resources, none half-made`)];
}

const lostPassphrase = failure(
  "The stack has a state, but .stack/passphrase is gone.",
  "Put the file back from a copy, or set PULUMI_CONFIG_PASSPHRASE.",
);

function readState(path: string): StackState | "damaged" {
  try {
    return parseStateFile(readFileSync(path, "utf8"));
  } catch {
    return "damaged";
  }
}
