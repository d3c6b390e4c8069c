import { dotenvFileName } from "../../infra/stack-name.ts";
import { describeTaken, type TakenPort, wantedPorts } from "../ports/port-plan.ts";
import { takenPorts } from "../ports/require-free-ports.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, ok } from "./finding.ts";

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
  return taken.map((each) =>
    failure(
      describeTaken(each),
      `Run ./stack up --auto-ports, stop what listens there, or set ` +
        `${each.setting} in ${dotenvFileName(stackName)}.`,
    ),
  );
}
