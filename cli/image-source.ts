import type Docker from "dockerode";
import { registryImages } from "../infra/images/registry-images.ts";
import { remoteDigestWithin } from "./containers/registry.ts";
import { dataFormatOf, type DataVolume } from "./data-formats.ts";

export interface ImageSourceChoice {
  readonly source: "registry" | "build";
  /** For the user: what decided it. */
  readonly reason: string;
}

/** How long a registry may take to answer one small question. */
const patienceMilliseconds = 15_000;

/**
 * Decides where a stack's images come from, once; the caller writes it down.
 *
 * Data that is there already decides: the other source's engine could not read it. Otherwise a
 * registry that answers is preferred.
 */
export async function chooseImageSource(
  docker: Docker,
  volumes: readonly DataVolume[],
): Promise<ImageSourceChoice> {
  const data = volumes.map(dataFormatOf);
  if (data.includes("qdrant-edge")) return { source: "build", reason: "its data is from there" };
  if (data.includes("qdrant-1")) return { source: "registry", reason: "its data is from there" };
  const { repository, tag } = registryImages.postgres;
  try {
    await remoteDigestWithin(patienceMilliseconds, docker, `${repository}:${tag}`);
    return { source: "registry", reason: "a registry answers" };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { source: "build", reason: `no registry answers: ${why.split("\n")[0] ?? ""}` };
  }
}
