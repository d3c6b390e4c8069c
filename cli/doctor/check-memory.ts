import { freemem, totalmem } from "node:os";
import { memoryRoom, type MemoryRoom, memoryShortage } from "../deploy/require-memory.ts";
import { gibibyte, mebibyte, memorySize } from "../output/memory-size.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, note, ok, warning } from "./finding.ts";

export interface MemoryFacts {
  readonly room: MemoryRoom;
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
    const specs = desired?.specs ?? [];
    const megabytes = specs.map(({ memoryMegabytes }) => memoryMegabytes);
    const total = info?.MemTotal ?? totalmem();
    return {
      room: memoryRoom(total, specs),
      available: isThisMachine(total) && machine.name === undefined ? freemem() : undefined,
      limits: megabytes.reduce((sum, each) => sum + each, 0) * mebibyte,
      running: containers.some((container) => container.running),
    };
  },
  judgeMemory,
);

/** The engine and Node read the same number of the same kernel. */
function isThisMachine(total: number): boolean {
  return Math.abs(total - totalmem()) < 0.01 * gibibyte;
}

export function judgeMemory({ room, available, limits, running }: MemoryFacts): Judgement[] {
  return [
    judgeAvailable(room.total, available, running),
    ...judgeRoom(room, running),
    ...(limits > room.total
      ? [note(`The services' limits add up to ${memorySize(limits)}, more than there is.`)]
      : []),
  ];
}

function judgeAvailable(total: number, available: number | undefined, running: boolean): Judgement {
  if (available === undefined) return ok(`Docker's machine has ${memorySize(total)}`);
  const what = `${memorySize(available)} of ${memorySize(total)} available`;
  const scarce = available < (running ? 0.25 : 1) * gibibyte;
  return scarce
    ? warning(what, "Stop other programs, or use a machine with more memory.")
    : ok(what);
}

/** What runs already has shown that it fits. */
function judgeRoom(room: MemoryRoom, running: boolean): Judgement[] {
  const shortage = memoryShortage(room);
  if (!shortage) return [];
  const { hopeless, what, remedy } = shortage;
  return [hopeless && !running ? failure(what, remedy) : warning(what, remedy)];
}
