import type { Symptoms } from "../../cli/diagnosis/symptoms.ts";

/** A running container of `litellm` that has been up for a while, with `differences` on top. */
export function symptoms(differences: Partial<Symptoms> = {}): Symptoms {
  return {
    service: "litellm",
    running: true,
    paused: false,
    restarting: false,
    health: "unhealthy",
    exitCode: 0,
    outOfMemory: false,
    restarts: 0,
    startError: "",
    healthLog: [],
    lastLines: [],
    ...differences,
  };
}
