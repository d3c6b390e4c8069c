import type Docker from "dockerode";
import type { DesiredStack } from "../infra/desired-stack.ts";
import { labelNames, volumeName } from "../infra/render-container.ts";
import { StackError } from "../infra/stack-error.ts";
import { labelFilter, type StackMarks } from "./containers/docker-client.ts";

/** A volume of the stack and who wrote the data in it. */
export interface VolumeFamily {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | undefined>>;
}

export function familyOf({ labels }: VolumeFamily): string | undefined {
  return labels[labelNames.family];
}

export async function listVolumeFamilies(
  docker: Docker,
  marks: StackMarks,
): Promise<VolumeFamily[]> {
  const { Volumes } = await docker.listVolumes({ filters: labelFilter(marks) });
  return Volumes.map(({ Name, Labels }) => ({
    name: Name,
    // The engine says null for none, whatever its types say.
    labels: (Labels as Record<string, string> | null) ?? {},
  }));
}

/**
 * Refuses to give a service a volume that another engine wrote: it could not read it, or would take
 * it for its own and destroy it.
 *
 * @throws StackError naming the volume, both families and the way across.
 */
export function requireMatchingFamilies(
  desired: DesiredStack,
  volumes: readonly VolumeFamily[],
): void {
  for (const { name: service, mounts } of desired.specs) {
    for (const { volume, family } of mounts) {
      const name = volumeName(desired.identity, volume);
      const found = volumes.find((candidate) => candidate.name === name);
      const written = found && familyOf(found);
      if (written === undefined || written === family) continue;
      throw new StackError(
        `The volume ${name} holds data of ${written}, and ${service} would now be ${family}.`,
        { remedy: wayAcross(service, name) },
      );
    }
  }
}

/** How data that one engine wrote comes to be another's. */
export function wayAcross(service: string, volume: string): string {
  const back = "Set IMAGE_SOURCE in the stack's .env file back to what it was";
  if (service !== "qdrant") {
    return `${back}, back the data up there, and restore it into a stack with another name.`;
  }
  return (
    `${back}. To go across: ./stack down, remove the volume (docker volume rm ${volume}), set ` +
    "IMAGE_SOURCE, ./stack up, and fill the memory again from Postgres with: " +
    "./stack qdrant ensure-schema --recreate"
  );
}
