import type { DesiredStack } from "../../infra/desired-stack.ts";
import { imageName } from "../../infra/image-plan.ts";
import { labelNames, stackLabels, volumeKey, volumeName } from "../../infra/render-container.ts";
import { StackError } from "../../infra/stack-error.ts";
import { type DataVolume, formerFormatLabel } from "../stack/data-formats.ts";
import {
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../pulumi/stack-state.ts";

/**
 * Volumes of commits before the data format was part of a volume's name. What is not listed can be
 * made again: Qdrant's snapshots and the model's weights.
 */
const formerNames: Readonly<Record<string, { readonly name: string; readonly family: string }>> = {
  "postgres-18-data": { name: "postgres-data", family: "postgres-18" },
  "qdrant-edge-storage": { name: "qdrant-storage", family: "qdrant-edge" },
  "qdrant-1-storage": { name: "qdrant-storage", family: "qdrant" },
};

interface Move {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly labels: readonly { readonly label: string; readonly value: string }[];
}

/**
 * Refuses to start a service with an empty volume where the stack's data is in one that an earlier
 * version named otherwise.
 *
 * @throws StackError with the commands that copy the data.
 */
export function requireMovedVolumes(
  desired: DesiredStack,
  volumes: readonly DataVolume[],
  state: StackState,
): void {
  const moves = volumesToMove(desired, volumes);
  if (moves.length === 0) return;
  const services = [...new Set(moves.map(({ service }) => service))].join(" and ");
  const former = moves.map(({ from }) => from).join(" ");
  throw new StackError(
    `The data of ${services} is in volumes of an earlier version (${former}); this version would start ` +
      "with empty ones.",
    {
      details: moves.flatMap((move) => commandsOf(move, imageOf(move.service, desired, state))),
      remedy:
        "Run ./stack down, then the commands above, which copy the data, then ./stack up. " +
        `To start empty instead: ./stack down, then docker volume rm ${former}`,
    },
  );
}

/** Volumes under a former name where the one of now does not exist. */
export function volumesToMove(
  { specs, identity }: DesiredStack,
  volumes: readonly DataVolume[],
): Move[] {
  return specs.flatMap(({ name: service, mounts }) =>
    mounts.flatMap((mount): Move[] => {
      const former = formerNames[volumeKey(mount)];
      const to = volumeName(identity, mount);
      if (!former || volumes.some(({ name }) => name === to)) return [];
      const from = `${identity.project}-${identity.stackName}-${former.name}`;
      const isThere = volumes.some(
        ({ name, labels }) => name === from && labels[formerFormatLabel] === former.family,
      );
      const labels = stackLabels(identity, { [labelNames.dataFormat]: mount.dataFormat });
      return isThere ? [{ service, from, to, labels }] : [];
    }),
  );
}

/** Copied in a container: where Docker keeps volumes is its own affair, and may be another machine. */
function commandsOf({ from, to, labels }: Move, image: string): string[] {
  const marks = labels.map(({ label, value }) => `--label ${label}=${value}`).join(" ");
  return [
    `docker volume create ${marks} ${to}`,
    `docker run --rm --user 0 --network none -v ${from}:/from:ro -v ${to}:/to ` +
      `--entrypoint cp ${image} -a /from/. /to/`,
  ];
}

/** The image that the service ran from, which is on this machine; else the one that it will run from. */
function imageOf(service: string, { images }: DesiredStack, state: StackState): string {
  const ran = resourcesOf(state, resourceTypes.image).find(
    ({ urn }) => resourceName(urn) === `image-${service}`,
  );
  const name = ran?.outputs?.["name"];
  if (typeof name === "string") return name;
  if ("kept" in images) return images.kept[service] ?? "";
  const planned = images.services.get(service);
  return planned ? imageName(planned) : "";
}
