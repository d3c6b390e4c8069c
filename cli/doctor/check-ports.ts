import { dotenvFileName } from "../../infra/stack-name.ts";
import { describeTaken, type TakenPort, wantedPorts } from "../ports/port-plan.ts";
import { takenPorts } from "../ports/require-free-ports.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, ok, warning } from "./finding.ts";

export interface PortFacts {
  readonly stackName: string;
  readonly wanted: readonly number[];
  readonly taken: readonly TakenPort[];
}

export const checkPorts = defineCheck(
  "ports",
  async ({ root, stackName, docker, machine, desired, containers }): Promise<PortFacts> => {
    const wanted = wantedPorts(desired?.specs ?? []);
    const taken = await takenPorts(docker, machine, root, wanted, containers);
    return { stackName, wanted: wanted.map(({ port }) => port), taken };
  },
  judgePorts,
);

export function judgePorts({ stackName, wanted, taken }: PortFacts): Judgement[] {
  if (wanted.length === 0) return [];
  if (taken.length === 0) return [ok(`${wanted.join(", ")} are free, or the stack's own`)];
  const others = taken.filter(isAnotherClones);
  return [
    ...(others.length > 0 ? [usedByAnotherClone(others, wanted.length)] : []),
    ...taken.filter((each) => !isAnotherClones(each)).map((each) => takenPort(each, stackName)),
  ];
}

function isAnotherClones({ holder }: TakenPort): boolean {
  return holder.kind === "container" && holder.stack?.ofThisClone === false;
}

/** Nothing is wrong with either stack: they want the same ports. */
function usedByAnotherClone(taken: readonly TakenPort[], wanted: number): Judgement {
  return warning(
    `${taken.length} of ${wanted} ports are used by another clone's stack: ` +
      `${taken.map(({ port }) => port).join(", ")}.`,
    "Run ./stack up --auto-ports: this stack then gets its own ports.",
  );
}

function takenPort(each: TakenPort, stackName: string): Judgement {
  return failure(
    describeTaken(each),
    `Run ./stack up --auto-ports, stop what listens there, or set ` +
      `${each.setting} in ${dotenvFileName(stackName)}.`,
  );
}
