import { isDeadHere, readLocks } from "../pulumi/engine-lock.ts";
import { staleLock } from "../stack/stack-lock.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, ok, warning } from "./finding.ts";
import { deadEngineProcesses, type LeftProcess, listProcesses } from "./left-processes.ts";
import { toolchainDirectory } from "../toolchain/toolchain-directory.ts";

/** What killed commands have left behind. */
export interface LeftoverFacts {
  /** Locks of processes that are gone. */
  readonly locks: readonly { readonly path: string; readonly holder: string }[];
  readonly processes: readonly LeftProcess[];
}

export const checkLeftovers = defineCheck(
  "leftovers",
  ({ root, workspace, environment }): LeftoverFacts => {
    const stale = staleLock(workspace);
    const ours = stale && [
      {
        path: stale.path,
        holder: `./stack ${stale.holder.command}`,
      },
    ];
    const engines = readLocks(workspace)
      .filter(isDeadHere)
      .map(({ path, pid }) => ({ path, holder: `Pulumi's process ${pid}` }));
    const folders = [toolchainDirectory(environment), `${root}/`];
    return {
      locks: [...(ours ?? []), ...engines],
      processes: deadEngineProcesses(listProcesses(), folders),
    };
  },
  judgeLeftovers,
);

export function judgeLeftovers({ locks, processes }: LeftoverFacts): Judgement[] {
  const found = [
    ...locks.map(({ path, holder }) =>
      warning(`${holder} was killed and has left its lock.`, "Run ./stack doctor --fix.", {
        kind: "remove-lock",
        path,
      }),
    ),
    ...processes.map(({ pid, program }) =>
      warning(
        `${program} (process ${pid}) is still running though its command ended.`,
        `Run: kill ${pid}`,
      ),
    ),
  ];
  return found.length > 0 ? found : [ok("no lock and no process of a command that is gone")];
}
