import { createHash } from "node:crypto";
import { pulledImage } from "./images/registry-images.ts";
import type { BuiltImage, PulledImage, ServiceSpec } from "./service.ts";
import type { Settings } from "./settings/definitions.ts";
import type { Sources } from "./sources.ts";

/** One image to build. Its tag is a hash of all that goes into it, so equal tags are equal images. */
export interface PlannedImage {
  /** "base", "python", "tools", or the service's name. */
  readonly name: string;
  readonly tag: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The published image that the build starts from, and pulls where it is not here. */
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
}

/**
 * Images that are on this machine already, for a rollback: nothing is built or pulled, and the image
 * resources of the state stay as they are, so that the next `up` finds its own work there.
 */
export interface KeptImages {
  /** What each service's container is started from: an id, or a reference where it was pulled. */
  readonly kept: Readonly<Record<string, string>>;
  /** Names of the state's image resources; "base-image" may be a command. */
  readonly resources: readonly { readonly name: string; readonly isCommand: boolean }[];
}

const bootstrapFolder = "infra/images/base";
const debianFolder = "infra/images/debian";
const pythonFolder = "infra/images/python";

/** What must be had for `specs`, with its tags; pure but for the hashes that `sources` gives. */
export function planImages(
  specs: readonly ServiceSpec[],
  source: Settings["IMAGE_SOURCE"],
  sources: Sources,
): ImagePlan {
  const base = planBase(source, sources);
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

  const build = (name: string, { context, dockerfile, from }: BuiltImage): PlannedImage => {
    const buildArgs = { ...ours, ...(from !== undefined && { PUBLISHED: from }) };
    const contents = [sources.hashContext(context), dockerfile, ...Object.values(buildArgs)];
    return {
      name,
      tag: imageTag(name, contents),
      context,
      dockerfile,
      buildArgs,
      ...(from !== undefined && { from }),
      needs: [runtime.name, tools.name],
    };
  };
  const images = specs.map(({ name, image }): [string, PlannedImage | PulledImage] => [
    name,
    isPulled(image) ? image : build(name, image),
  ]);
  return { base, shared: [runtime, tools], services: new Map(images) };
}

function planBase(
  source: Settings["IMAGE_SOURCE"],
  sources: Sources,
): BootstrappedImage | PlannedImage {
  if (source !== "registry") {
    const hash = sources.hashContext(bootstrapFolder);
    return { tag: imageTag("base", [hash]), script: `${bootstrapFolder}/bootstrap.sh` };
  }
  const { reference } = pulledImage("base");
  return {
    name: "base",
    tag: imageTag("base", [sources.hashContext(debianFolder), reference]),
    context: debianFolder,
    dockerfile: "Dockerfile",
    buildArgs: { DEBIAN: reference },
    needs: [],
  };
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
  return `agent-stack/${name}:${hash}`;
}
