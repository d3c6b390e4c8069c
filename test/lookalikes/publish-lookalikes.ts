import {
  imageReference,
  type RegistryImageName,
  registryImages,
} from "../../infra/images/registry-images.ts";
import type { LoopbackRegistry } from "../support/loopback-registry.ts";
import type { Lookalikes } from "./build-lookalikes.ts";

/** Puts every look-alike into the registry under the name of its original. */
export async function publishLookalikes(
  lookalikes: Lookalikes,
  registry: LoopbackRegistry,
): Promise<void> {
  for (const [name, image] of Object.entries(lookalikes) as [RegistryImageName, string][]) {
    await registry.publish(image, imageReference(registryImages[name]));
  }
}
