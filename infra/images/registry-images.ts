import type { PulledImage } from "../service.ts";
import { imageLocation } from "./registry-mirror.ts";
import pins from "./registry-images.json" with { type: "json" };

/** Where a published image is. The digest is what `./stack images lock` found behind the tag. */
export interface RegistryImage {
  readonly repository: string;
  readonly tag: string;
  /** "sha256:…" of the index for every platform: a tag can be pushed again, a digest can't. */
  readonly digest?: string;
}

export type RegistryImageName = keyof typeof pins;

/** The published images that the stack runs with IMAGE_SOURCE=registry; the one place for versions. */
export const registryImages: Readonly<Record<RegistryImageName, RegistryImage>> = pins;

export function pulledImage(name: RegistryImageName): PulledImage {
  return { reference: imageReference(registryImages[name]) };
}

/** One image of each registry that is pulled from, to ask it for. */
export function onePerRegistry(): string[] {
  const references = Object.values(registryImages).map(imageReference);
  return [...new Map(references.map((each) => [imageLocation(each).registry, each])).values()];
}

/** Whether a reference of a plan is not the published one: IMAGE_REGISTRY_MIRROR put it elsewhere. */
export function isMirrored(reference: string): boolean {
  return Object.values(registryImages).every((image) => imageReference(image) !== reference);
}

export function imageReference({ repository, tag, digest }: RegistryImage): string {
  return digest === undefined ? `${repository}:${tag}` : `${repository}:${tag}@${digest}`;
}
