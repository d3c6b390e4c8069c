import type { RegistryImage } from "../../infra/images/registry-images.ts";
import { registryFailure } from "../docker/images/registry-failure.ts";

export interface LockedImages {
  readonly images: Readonly<Record<string, RegistryImage>>;
  readonly changed: readonly { readonly name: string; readonly digest: string }[];
  /** "qdrant/qdrant:v1.19.2: why", for each that could not be looked up. */
  readonly failed: readonly string[];
}

/** Looks up the digest behind each tag. */
export async function lockImages(
  images: Readonly<Record<string, RegistryImage>>,
  digestOf: (reference: string) => Promise<string>,
): Promise<LockedImages> {
  const locked: Record<string, RegistryImage> = {};
  const changed: { name: string; digest: string }[] = [];
  const failed: string[] = [];
  for (const [name, image] of Object.entries(images)) {
    const reference = `${image.repository}:${image.tag}`;
    try {
      const digest = await digestOf(reference);
      locked[name] = { ...image, digest };
      if (digest !== image.digest) changed.push({ name, digest });
    } catch (error) {
      failed.push(`${reference}: ${registryFailure(error).words}`);
    }
  }
  return { images: locked, changed, failed };
}
