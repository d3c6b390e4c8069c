import { freemem, totalmem } from "node:os";
import { gigabyte, inGigabytes } from "./bytes.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, note, ok, warning } from "./finding.ts";

export interface MemoryFacts {
  /** What containers can have at most, in bytes: the virtual machine's, where Docker is in one. */
  readonly total: number;
  /** Undefined where the engine is on another machine: it does not say. */
  readonly available: number | undefined;
  /** What the services may take together before Docker stops them. */
  readonly limits: number;
  readonly running: boolean;
}

export const checkMemory = defineCheck(
  "memory",
  async ({ docker, machine, desired, containers }): Promise<MemoryFacts> => {
    const info = docker && ((await docker.info()) as { MemTotal: number });
    const megabytes = (desired?.specs ?? []).map(({ memoryMegabytes }) => memoryMegabytes);
    return {
      total: info?.MemTotal ?? totalmem(),
      available: machine.name === undefined ? freemem() : undefined,
      limits: megabytes.reduce((sum, each) => sum + each, 0) * 1024 ** 2,
      running: containers.some((container) => container.running),
    };
  },
  judgeMemory,
);

export function judgeMemory({ total, available, limits, running }: MemoryFacts): Judgement[] {
  return [
    judgeAvailable(total, available, running),
    ...(limits > total
      ? [note(`The services' limits add up to ${inGigabytes(limits)}, more than there is.`)]
      : []),
  ];
}

function judgeAvailable(total: number, available: number | undefined, running: boolean): Judgement {
  if (available === undefined) return ok(`${inGigabytes(total)} on the engine's machine`);
  const what = `${inGigabytes(available)} of ${inGigabytes(total)} available`;
  const scarce = available < (running ? 0.25 : 1) * gigabyte;
  const remedy = "Stop other programs, or give Docker's virtual machine more memory.";
  return scarce ? warning(what, remedy) : ok(what);
}
