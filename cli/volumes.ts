import type Docker from "dockerode";
import { labelFilter, type StackMarks, unlessMissing } from "./containers/docker-client.ts";
import { bytes } from "./output/bytes.ts";
import { table } from "./output/table.ts";

export interface StackVolume {
  readonly name: string;
  /** Undefined where the engine doesn't say. */
  readonly bytes: number | undefined;
}

/** The stack's volumes, found by label. */
export async function listVolumes(docker: Docker, marks: StackMarks): Promise<StackVolume[]> {
  const { Volumes } = await docker.listVolumes({ filters: labelFilter(marks) });
  const sizes = await volumeSizes(docker);
  return Volumes.map(({ Name }) => {
    const size = sizes.get(Name);
    return { name: Name, bytes: size === -1 ? undefined : size };
  }).sort((a, b) => a.name.localeCompare(b.name));
}

interface VolumeUsage {
  readonly VolumeUsage?: { readonly Items?: readonly VolumeSize[] | null };
  readonly Volumes?: readonly VolumeSize[] | null;
}

interface VolumeSize {
  readonly Name: string;
  readonly UsageData?: { readonly Size: number };
}

/** Sizes by volume, from whichever field the engine has them in. */
async function volumeSizes(docker: Docker): Promise<ReadonlyMap<string, number>> {
  // From API 1.52 on they are in a field of its own, and a later API has no other; before that,
  // the engine does not know the question's parameters and gives everything.
  const usage = await volumeUsage(docker);
  const volumes = usage.VolumeUsage?.Items ?? usage.Volumes ?? [];
  return new Map(
    volumes.flatMap(({ Name, UsageData }) => (UsageData ? [[Name, UsageData.Size]] : [])),
  );
}

/** The client's own `df` passes no parameters on. */
function volumeUsage(docker: Docker): Promise<VolumeUsage> {
  const call = {
    path: "/system/df?",
    method: "GET",
    options: { type: "volume", verbose: true },
    statusCodes: { 200: true },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(call, (error: Error | null, usage: unknown) => {
      if (error) reject(error);
      else resolve(usage as VolumeUsage);
    });
  });
}

export function describeVolumes(volumes: readonly StackVolume[]): string {
  return table(
    volumes.map((volume) => [
      `  ${volume.name}`,
      volume.bytes === undefined ? "" : bytes(volume.bytes),
    ]),
  );
}

export async function removeVolumes(
  docker: Docker,
  volumes: readonly StackVolume[],
): Promise<void> {
  for (const { name } of volumes) await unlessMissing(() => docker.getVolume(name).remove());
}
