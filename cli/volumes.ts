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
  const usage = (await docker.df()) as {
    Volumes?: { Name: string; UsageData?: { Size: number } }[] | null;
  };
  return Volumes.map(({ Name }) => {
    const size = usage.Volumes?.find((volume) => volume.Name === Name)?.UsageData?.Size;
    return { name: Name, bytes: size === -1 ? undefined : size };
  }).sort((a, b) => a.name.localeCompare(b.name));
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
