import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { labelNames, volumeName } from "../../infra/render-container.ts";
import { labelFilter, type StackMarks } from "../docker/docker-client.ts";

/** A volume of the stack, as its labels describe it. */
export interface DataVolume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | undefined>>;
}

/** Volumes whose data is in a format that no service reads, with the settings and code of now. */
export interface UnreadData {
  readonly dataFormat: string;
  readonly volumes: readonly string[];
}

/** The stack's volumes of every format, found by label. */
export async function listDataVolumes(docker: Docker, marks: StackMarks): Promise<DataVolume[]> {
  const owners = [marks.owner, marks.adoptedOwner ?? ""].filter((owner) => owner !== "");
  const lists = await Promise.all(
    owners.map((owner) => docker.listVolumes({ filters: labelFilter({ ...marks, owner }) })),
  );
  return lists.flatMap(({ Volumes }) =>
    Volumes.map(({ Name, Labels }) => ({
      name: Name,
      // The engine says null for none, whatever its types say.
      labels: (Labels as Record<string, string> | null) ?? {},
    })),
  );
}

/** Volumes of a stack of this project and name that another clone made. */
export async function foreignVolumes(
  docker: Docker,
  project: string,
  { owner, stackName, adoptedOwner }: StackMarks,
): Promise<{ readonly name: string; readonly owner: string }[]> {
  const filters = { label: [`${labelNames.stack}=${stackName}`] };
  const { Volumes } = await docker.listVolumes({ filters });
  return Volumes.map(({ Name, Labels }) => ({ name: Name, owner: Labels[labelNames.owner] ?? "" }))
    .filter(({ name }) => name.startsWith(`${project}-${stackName}-`))
    .filter((volume) => volume.owner !== owner && volume.owner !== adoptedOwner)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Says the format of volumes that were made before it was part of their name. */
export const formerFormatLabel = "agent-stack.family";

export function dataFormatOf({ labels }: DataVolume): string | undefined {
  return labels[labelNames.dataFormat] ?? labels[formerFormatLabel];
}

/** Data of the stack that no service of `desired` mounts, by format. */
export function unreadData(desired: DesiredStack, volumes: readonly DataVolume[]): UnreadData[] {
  const mounted = desired.specs.flatMap(({ mounts }) =>
    mounts.map((mount) => volumeName(desired.identity, mount)),
  );
  const found = new Map<string, string[]>();
  for (const volume of volumes) {
    const dataFormat = dataFormatOf(volume);
    if (dataFormat === undefined || mounted.includes(volume.name)) continue;
    found.set(dataFormat, [...(found.get(dataFormat) ?? []), volume.name]);
  }
  return [...found].map(([dataFormat, names]) => ({ dataFormat, volumes: names.sort() }));
}

/** Where the data is, how it gets into what runs now, and how it is deleted. */
export function describeUnreadData({ dataFormat, volumes }: UnreadData): string {
  const names = volumes.join(" ");
  const verb = volumes.length === 1 ? "keeps" : "keep";
  return (
    `${volumes.join(" and ")} ${verb} data in the format ${dataFormat}, which no service reads now. ` +
    `${wayAcross(dataFormat)} docker volume rm ${names} deletes it.`
  );
}

/** How a service of another format gets what `dataFormat` holds. */
function wayAcross(dataFormat: string): string {
  if (dataFormat.startsWith("qdrant")) {
    return "./stack qdrant ensure-schema --recreate fills the agent's memory again from Postgres.";
  }
  // The second is what earlier commits called llama.cpp's own downloads.
  if (dataFormat === "gguf" || dataFormat.startsWith("llama-cpp")) {
    return "It is a model's weights, which are downloaded again where they are needed.";
  }
  return (
    "To take it over, go back to the IMAGE_SOURCE or the commit that used it and run " +
    "./stack backup create; then come back and run ./stack backup restore latest."
  );
}
