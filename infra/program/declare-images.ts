import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import {
  type BootstrappedImage,
  type ImagePlan,
  isPulled,
  type KeptImages,
  type PlannedImage,
} from "../image-plan.ts";
import type { ServiceSpec } from "../service.ts";
import { imageArguments } from "./image-arguments.ts";
import { childOf, type ServiceImages } from "./service.ts";

/** Declares the images of one service, as children of `parent`. */
export type DeclareServiceImages = (spec: ServiceSpec, parent: pulumi.Resource) => ServiceImages;

/** Where images are made. */
interface ImagePlace {
  /** The parent of those that services share. */
  readonly stack: pulumi.Resource;
  readonly provider: pulumi.ProviderResource;
  /** The clone's path as seen from the working directory. */
  readonly root: string;
}

/**
 * Declares the images that services share, as children of the stack, and returns what declares those of
 * a service.
 */
export function declareImages(
  images: ImagePlan | KeptImages,
  place: ImagePlace,
): DeclareServiceImages {
  return "kept" in images ? keptImages(images, place) : plannedImages(images, place);
}

function plannedImages(
  { base, shared, services, preparations }: ImagePlan,
  { stack, provider, root }: ImagePlace,
): DeclareServiceImages {
  // Without a parent among the services, an image inherits no provider.
  const common = { ...childOf(stack), provider };
  const baseImage = "script" in base ? bootstrap(base, stack, root) : build(base, common, [], root);
  const made = new Map(
    shared.map((image) => [image.name, build(image, common, [baseImage], root)] as const),
  );
  const own = (image: PlannedImage, parent: pulumi.Resource): docker.RemoteImage => {
    const needed = image.needs.flatMap((name) => made.get(name) ?? []);
    return build(image, childOf(parent), [baseImage, ...needed], root);
  };
  return ({ name, preparation }, parent) => {
    const image = services.get(name);
    if (!image) throw new Error(`No image is planned for ${name}.`);
    const preparing = preparation && preparations.get(preparation.name);
    return {
      // An image that was pulled is known by its reference: its id differs from engine to engine.
      started: isPulled(image)
        ? pull(name, image.reference, parent).name
        : own(image, parent).imageId,
      preparing: preparing ? [own(preparing, parent)] : [],
    };
  };
}

/** Whatever is declared of them, the state's own inputs stay. */
function keptImages(
  { kept, resources }: KeptImages,
  { stack, provider }: ImagePlace,
): DeclareServiceImages {
  const declare = (service: string | undefined, parent: pulumi.Resource): void => {
    const asItIs = { ...childOf(parent), ignoreChanges: ["*"] };
    for (const { name, isCommand } of resources.filter((kept) => kept.service === service)) {
      if (isCommand) new command.local.Command(name, {}, asItIs);
      else new docker.RemoteImage(name, { name: "kept" }, { ...asItIs, provider });
    }
  };
  declare(undefined, stack);
  return ({ name }, parent) => {
    declare(name, parent);
    const started = kept[name];
    if (started === undefined) throw new Error(`No image was kept for ${name}.`);
    return { started, preparing: [] };
  };
}

function bootstrap(
  base: BootstrappedImage,
  parent: pulumi.Resource,
  root: string,
): command.local.Command {
  return new command.local.Command(
    "base-image",
    { create: `bash "${root}/${base.script}" "${base.tag}"`, triggers: [base.tag] },
    childOf(parent),
  );
}

/** The provider's own 20 minutes are too few for a gigabyte on a slow line. */
const customTimeouts = { create: "60m", update: "60m" };

function pull(name: string, reference: string, parent: pulumi.Resource): docker.RemoteImage {
  const image = { name: reference, keepLocally: true };
  return new docker.RemoteImage(`image-${name}`, image, { ...childOf(parent), customTimeouts });
}

function build(
  image: PlannedImage,
  options: pulumi.CustomResourceOptions,
  dependsOn: pulumi.Resource[],
  root: string,
): docker.RemoteImage {
  return new docker.RemoteImage(`image-${image.name}`, imageArguments(image, root), {
    ...options,
    dependsOn,
    customTimeouts,
  });
}
