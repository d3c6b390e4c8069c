import type { types } from "@pulumi/docker";
import { buildSecrets } from "../build-network.ts";
import type { PlannedImage } from "../image-plan.ts";

/** What the provider is told of an image of ours; plain data, the same on every machine and engine. */
export function imageArguments(image: PlannedImage, root: string) {
  const { tag, context, dockerfile, target, buildArgs } = image;
  const build: types.input.RemoteImageBuild = {
    context: `${root}/${context}`,
    dockerfile,
    ...(target && { target }),
    buildArgs: { ...buildArgs },
    // The engine's own builder, whichever is current: another has no image that was built before.
    builder: "default",
    // An attestation would make an index of the image, with an id that differs at each build.
    provenance: "false",
    secrets: buildSecrets.map(({ id, file }) => ({ id, src: `${root}/${file}` })),
    // The provider's error is only an exit code; the CLI shows this file's end instead.
    buildLogFile: `${root}/.stack/logs/build-${image.name}.log`,
  };
  return {
    name: tag,
    // Another clone may run from the same tag, and a rebuilt image would cost minutes.
    keepLocally: true,
    triggers: { tag },
    build,
  };
}
