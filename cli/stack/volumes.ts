import type Docker from "dockerode";
import { type StackMarks, unlessMissing } from "../docker/docker-client.ts";
import { listDataVolumes } from "./data-formats.ts";
import { bytes } from "../output/bytes.ts";
import { table } from "../output/table.ts";

export interface StackVolume {
  readonly name: string;
  /** Undefined where the engine doesn't say. */
  readonly bytes: number | undefined;
}

/** The stack's volumes, found by label. */
export async function listVolumes(docker: Docker, marks: StackMarks): Promise<StackVolume[]> {
  const volumes = await listDataVolumes(docker, marks);
  const sizes = await volumeSizes(docker);
  return volumes
    .map(({ name }) => ({ name, bytes: sizes.get(name) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

interface MeasuredVolume {
  readonly Name: string;
  readonly UsageData?: { readonly Size: number };
}

/** The engine's answer: until API 1.52 with the first member, since then with the second. */
interface DiskUsage {
  readonly Volumes?: readonly MeasuredVolume[] | null;
  readonly VolumeUsage?: { readonly Items?: readonly MeasuredVolume[] | null };
}

/** The sizes that the engine tells; none where it can't, because nothing depends on them. */
async function volumeSizes(docker: Docker): Promise<Map<string, number>> {
  const usage = await diskUsage(docker).catch((): DiskUsage => ({}));
  const measured = usage.VolumeUsage?.Items ?? usage.Volumes ?? [];
  const sizes = measured.map(({ Name, UsageData }): [string, number] => [
    Name,
    UsageData?.Size ?? -1,
  ]);
  return new Map(sizes.filter(([, size]) => size >= 0));
}

function diskUsage(docker: Docker): Promise<DiskUsage> {
  // dockerode's own `df` asks for no details, without which a current engine names no volume. An
  // engine that knows these parameters measures nothing but volumes; another ignores them.
  const request = {
    path: "/system/df?",
    method: "GET",
    options: { type: "volume", verbose: "1" },
    statusCodes: { 200: true, 500: "server error" },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(request, (error: unknown, answer: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(answer as DiskUsage);
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
