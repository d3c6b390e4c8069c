import { listEngineProcesses } from "../pulumi/engine-processes.ts";
import { isDeadHere, readLocks } from "../pulumi/engine-lock.ts";
import { staleLock } from "../stack/stack-lock.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, note, ok, warning } from "./finding.ts";
import { deadEngineProcesses, type LeftProcess, listProcesses, worksIn } from "./left-processes.ts";
import { toolchainDirectory } from "../toolchain/toolchain-directory.ts";

/** What killed commands have left behind. */
export interface LeftoverFacts {
  /** Locks of processes that are gone. */
  readonly locks: readonly { readonly path: string; readonly holder: string }[];
  /** Of this clone's engines. */
  readonly processes: readonly LeftProcess[];
  /** How many of other clones' engines there are. */
  readonly elsewhere: number;
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
    const dead = deadEngineProcesses(listProcesses(), folders);
    const marked = new Set(listEngineProcesses(workspace).map(({ pid }) => pid));
    const processes = dead.filter(({ pid }) => marked.has(pid) || worksIn(pid, root));
    return {
      locks: [...(ours ?? []), ...engines],
      processes,
      elsewhere: dead.length - processes.length,
    };
  },
  judgeLeftovers,
);

export function judgeLeftovers({ locks, processes, elsewhere }: LeftoverFacts): Judgement[] {
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
  const own = found.length > 0 ? found : [ok("no lock and no process of a command that is gone")];
  const others = elsewhere === 1 ? "1 process" : `${elsewhere} processes`;
  return elsewhere === 0
    ? own
    : [...own, note(`${others} of other clones' engines run on; ./stack doctor there names them.`)];
}
