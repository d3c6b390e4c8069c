import type Docker from "dockerode";
import { labelNames, volumeName } from "../../infra/render-container.ts";
import { isMissing } from "../containers/docker-client.ts";
import { wayAcross } from "../volume-families.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, ok, warning } from "./finding.ts";

export interface VolumeFacts {
  readonly name: string;
  readonly service: string;
  /** Whose data the service can read. */
  readonly wanted: string;
  /** The volume's own labels. */
  readonly family: string | undefined;
  readonly isOurs: boolean;
}

export const checkVolumes = defineCheck(
  "volumes",
  async ({ docker, desired }): Promise<VolumeFacts[]> => {
    if (!docker || !desired) return [];
    const { specs, identity } = desired;
    const mounts = specs.flatMap(({ name, mounts: own }) =>
      own.map((mount) => ({
        service: name,
        wanted: mount.family,
        name: volumeName(identity, mount.volume),
      })),
    );
    const found = await Promise.all(
      mounts.map(async (mount) => {
        const labels = await labelsOf(docker, mount.name);
        if (!labels) return [];
        const isOurs = labels[labelNames.owner] === identity.owner;
        return [{ ...mount, family: labels[labelNames.family], isOurs }];
      }),
    );
    return found.flat();
  },
  (volumes) => volumes.map(judgeVolume),
);

export function judgeVolume(volume: VolumeFacts): Judgement {
  const { name, service, wanted, family, isOurs } = volume;
  if (family !== undefined && family !== wanted) {
    return failure(
      `The volume ${name} holds data of ${family}, and ${service} reads that of ${wanted}.`,
      wayAcross(service, name),
    );
  }
  if (!isOurs) {
    return warning(
      `The volume ${name} was not made by this clone's stack.`,
      "If it is another clone's, set STACK_PROJECT_NAME to a name of your own.",
    );
  }
  return ok(`${name} (${family ?? "no family"})`);
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
