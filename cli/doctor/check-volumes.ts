import type Docker from "dockerode";
import { labelNames, volumeName } from "../../infra/render-container.ts";
import { isMissing } from "../docker/docker-client.ts";
import {
  describeUnreadData,
  listDataVolumes,
  type UnreadData,
  unreadData,
} from "../stack/data-formats.ts";
import { volumesToMove } from "../deploy/require-moved-volumes.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, note, ok, warning } from "./finding.ts";

export interface VolumeFacts {
  /** Those that services mount and that exist. */
  readonly mounted: readonly { readonly name: string; readonly isOurs: boolean }[];
  /** Those of earlier versions whose data `up` wants to be copied first. */
  readonly toMove: readonly string[];
  readonly unread: readonly UnreadData[];
}

export const checkVolumes = defineCheck(
  "volumes",
  async ({ docker, desired }): Promise<VolumeFacts> => {
    if (!docker || !desired) return { mounted: [], toMove: [], unread: [] };
    const { specs, identity } = desired;
    const names = specs.flatMap(({ mounts }) => mounts.map((mount) => volumeName(identity, mount)));
    const mounted = await Promise.all(
      names.map(async (name) => {
        const labels = await labelsOf(docker, name);
        return labels ? [{ name, isOurs: labels[labelNames.owner] === identity.owner }] : [];
      }),
    );
    const own = await listDataVolumes(docker, identity);
    const toMove = volumesToMove(desired, own).map(({ from }) => from);
    const others = own.filter(({ name }) => !toMove.includes(name));
    return { mounted: mounted.flat(), toMove, unread: unreadData(desired, others) };
  },
  judgeVolumes,
);

export function judgeVolumes({ mounted, toMove, unread }: VolumeFacts): Judgement[] {
  const others = mounted.filter(({ isOurs }) => !isOurs).map(({ name }) => name);
  return [
    ...mounted.filter(({ isOurs }) => isOurs).map(({ name }) => ok(name)),
    ...(others.length > 0 ? [notOurs(others)] : []),
    ...toMove.map((name) =>
      failure(
        `The stack's data is in a volume of an earlier version, ${name}.`,
        "Run ./stack up: it changes nothing yet and says which commands copy the data.",
      ),
    ),
    ...unread.map((data) => note(describeUnreadData(data))),
  ];
}

function notOurs(names: readonly string[]): Judgement {
  return warning(
    `${names.length === 1 ? "A volume was" : `${names.length} volumes were`} not made by this clone's ` +
      `stack: ${names.join(", ")}.`,
    "If another clone uses them, set STACK_PROJECT_NAME to another name.",
  );
}

interface VolumeLabels {
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** Undefined where there is no such volume. */
async function labelsOf(
  docker: Docker,
  name: string,
): Promise<Readonly<Record<string, string | undefined>> | undefined> {
  try {
    // The types promise labels; a volume made by hand has null.
    const { Labels } = (await docker.getVolume(name).inspect()) as VolumeLabels;
    return Labels ?? {};
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
