import { createHash } from "node:crypto";
import { pulledImage } from "./images/registry-images.ts";
import { mirroredReference, type RegistryMirrors } from "./images/registry-mirror.ts";
import type { BuiltImage, PulledImage, ServiceSpec } from "./service.ts";
import type { Settings } from "./settings/definitions.ts";
import type { Sources } from "./sources.ts";
import { projectName } from "./project-name.ts";

/** One image to build. Its tag is a hash of all that goes into it, so equal tags are equal images. */
export interface PlannedImage {
  /** "base", "python", "tools", or the service's name. */
  readonly name: string;
  readonly tag: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The published image that its Dockerfile starts from, where it is one, as it is pulled. */
  readonly from?: string;
  /** Images that must exist before. */
  readonly needs: readonly string[];
}

/** Made by a script and not by a Dockerfile: on a closed network nothing serves a first layer. */
export interface BootstrappedImage {
  readonly tag: string;
  readonly script: string;
}

export interface ImagePlan {
  readonly base: BootstrappedImage | PlannedImage;
  readonly shared: readonly PlannedImage[];
  /** By the name of the service. */
  readonly services: ReadonlyMap<string, PlannedImage | PulledImage>;
  /** By the name of the preparation. */
  readonly preparations: ReadonlyMap<string, PlannedImage>;
}

/**
 * Images that are on this machine already, for a rollback: nothing is built or pulled, and the image
 * resources of the state stay as they are, and its preparations, so that the next `up` finds its own
 * work there.
 */
export interface KeptImages {
  /** What each service's container is started from: an id, or a reference where it was pulled. */
  readonly kept: Readonly<Record<string, string>>;
  /** Those resources of the state; "base-image" may be a command, preparations are. */
  readonly resources: readonly KeptResource[];
}

export interface KeptResource {
  readonly name: string;
  readonly isCommand: boolean;
  /** The service that it is part of; undefined where services share it. */
  readonly service: string | undefined;
}

const bootstrapFolder = "infra/images/base";
const debianFolder = "infra/images/debian";
const pythonFolder = "infra/images/python";

/**
 * The images that `specs` need, with their tags; pure but for the hashes that `sources` gives.
 *
 * Every published reference goes through `mirrors` here, and nowhere else. Tags of our own images are
 * made of the published names, so a mirror changes where an image comes from and builds nothing again.
 */
export function planImages(
  specs: readonly ServiceSpec[],
  source: Settings["IMAGE_SOURCE"],
  sources: Sources,
  mirrors: RegistryMirrors = new Map(),
): ImagePlan {
  const base = planBase(source, sources, mirrors);
  const pythonHash = sources.hashContext(pythonFolder);
  const stage = (name: string, target: string): PlannedImage => ({
    name,
    tag: imageTag(name, [pythonHash, target, base.tag]),
    context: pythonFolder,
    dockerfile: "Dockerfile",
    target,
    buildArgs: { BASE: base.tag },
    needs: [],
  });
  const runtime = stage("python", "runtime");
  const tools = stage("tools", "tools");
  const ours = { BASE: base.tag, RUNTIME: runtime.tag, TOOLS: tools.tag };

  const build = (name: string, image: BuiltImage): PlannedImage => {
    const { context, dockerfile, from: published } = image;
    const contents = [
      ...[sources.hashContext(context), dockerfile, ...Object.values(ours)],
      ...(published === undefined ? [] : [published]),
    ];
    const from = published && mirroredReference(published, mirrors);
    return {
      name,
      tag: imageTag(name, contents),
      context,
      dockerfile,
      buildArgs: { ...ours, ...(from !== undefined && { PUBLISHED: from }) },
      ...(from !== undefined && { from }),
      needs: [runtime.name, tools.name],
    };
  };
  const images = specs.map(({ name, image }): [string, PlannedImage | PulledImage] => [
    name,
    isPulled(image)
      ? { reference: mirroredReference(image.reference, mirrors) }
      : build(name, image),
  ]);
  const preparations = specs
    .flatMap(({ preparation }) => preparation ?? [])
    .map(({ name, image }): [string, PlannedImage] => [name, build(name, image)]);
  return {
    base,
    shared: [runtime, tools],
    services: new Map(images),
    preparations: new Map(preparations),
  };
}

function planBase(
  source: Settings["IMAGE_SOURCE"],
  sources: Sources,
  mirrors: RegistryMirrors,
): BootstrappedImage | PlannedImage {
  if (source !== "registry") {
    const hash = sources.hashContext(bootstrapFolder);
    return { tag: imageTag("base", [hash]), script: `${bootstrapFolder}/bootstrap.sh` };
  }
  const { reference } = pulledImage("base");
  const from = mirroredReference(reference, mirrors);
  return {
    name: "base",
    tag: imageTag("base", [sources.hashContext(debianFolder), reference]),
    context: debianFolder,
    dockerfile: "Dockerfile",
    buildArgs: { DEBIAN: from },
    from,
    needs: [],
  };
}

/** Every published image that the plan pulls, as it is pulled, by the image that it is for. */
export function publishedReferences(plan: ImagePlan): Map<string, string> {
  const { base, shared, services, preparations } = plan;
  const references = new Map<string, string>();
  const add = (name: string, image: PlannedImage | PulledImage): void => {
    const reference = isPulled(image) ? image.reference : image.from;
    if (reference !== undefined) references.set(name, reference);
  };
  if (!("script" in base)) add(base.name, base);
  for (const image of shared) add(image.name, image);
  for (const [name, image] of [...services, ...preparations]) add(name, image);
  return references;
}

export function isPulled(image: BuiltImage | PlannedImage | PulledImage): image is PulledImage {
  return "reference" in image;
}

/** What a container of this image is started from, and what shows that it changed. */
export function imageName(image: PlannedImage | PulledImage): string {
  return isPulled(image) ? image.reference : image.tag;
}

function imageTag(name: string, contents: readonly string[]): string {
  const hash = createHash("sha256").update(contents.join("\0")).digest("hex").slice(0, 16);
  return `${projectName}/${name}:${hash}`;
}
