import { checkClock } from "./check-clock.ts";
import { checkDisk } from "./check-disk.ts";
import { checkDocker } from "./check-docker.ts";
import { checkEngine } from "./check-engine.ts";
import { checkLeftovers } from "./check-leftovers.ts";
import { checkMemory } from "./check-memory.ts";
import { checkModels } from "./check-models.ts";
import { checkNetwork } from "./check-network.ts";
import { checkPorts } from "./check-ports.ts";
import { checkSettings } from "./check-settings.ts";
import { checkState } from "./check-state.ts";
import { checkVolumes } from "./check-volumes.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import { lookAround, type PlaceOptions } from "./place.ts";

/** In the order in which a user reads them: what everything else needs comes first. */
export const checks: readonly Check[] = [
  checkDocker,
  checkEngine,
  checkSettings,
  checkModels,
  checkPorts,
  checkDisk,
  checkMemory,
  checkClock,
  checkVolumes,
  checkState,
  checkLeftovers,
  checkNetwork,
];

/** Every finding about the machine, the clone and the stack; changes nothing. */
export async function examine(options: PlaceOptions): Promise<Finding[]> {
  const place = await lookAround(options);
  const found = await Promise.all(checks.map((check) => check.run(place)));
  return found.flat();
}
