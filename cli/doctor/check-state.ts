import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import { wrongPassphraseError } from "../pulumi/engine-failure.ts";
import { isPassphraseGiven, passphraseOf, requireRightPassphrase } from "../stack/passphrase.ts";
import {
  brokenResources,
  parseStateFile,
  resourceName,
  type StackState,
} from "../pulumi/stack-state.ts";
import type { Workspace } from "../os/workspace.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, ok, warning } from "./finding.ts";

export interface StateFacts {
  /** Undefined before the first `up`, and where only the engine can read it: in a team's own backend. */
  readonly state: StackState | "damaged" | undefined;
  readonly path: string;
  /** Of a state that is there: whether the passphrase that it was encrypted with is there too. */
  readonly passphrase: "right" | "wrong" | "lost";
}

export const checkState = defineCheck(
  "state",
  async ({ workspace, stackName, environment }): Promise<StateFacts> => {
    const path = join(workspace.state, ".pulumi/stacks/agent-stack", `${stackName}.json`);
    const state = existsSync(path) ? readState(path) : undefined;
    return { path, state, passphrase: await passphraseFor(state, workspace, environment) };
  },
  judgeState,
);

async function passphraseFor(
  state: StateFacts["state"],
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<StateFacts["passphrase"]> {
  const isThere = existsSync(workspace.passphraseFile) || isPassphraseGiven(environment);
  if (state !== undefined && !isThere) return "lost";
  if (state === undefined || state === "damaged") return "right";
  try {
    const given = { ...environment, ...passphraseOf(environment, workspace) };
    await requireRightPassphrase(state, given, workspace);
    return "right";
  } catch (error) {
    if (error instanceof StackError) return "wrong";
    throw error;
  }
}

export function judgeState({ state, path, passphrase }: StateFacts): Judgement[] {
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
    ...(passphrase === "lost" ? [lostPassphrase] : []),
    ...(passphrase === "wrong" ? [wrongPassphrase] : []),
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

const wrongPassphrase = failure(wrongPassphraseError().message, wrongPassphraseError().remedy);

function readState(path: string): StateFacts["state"] {
  try {
    return parseStateFile(readFileSync(path, "utf8"));
  } catch {
    return "damaged";
  }
}
