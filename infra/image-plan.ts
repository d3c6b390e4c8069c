import { createHash } from "node:crypto";
import type { ServiceSpec } from "./service.ts";
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
  /** Images that must exist before. */
  readonly needs: readonly string[];
}

export interface ImagePlan {
  /** Made by a script and not by a Dockerfile: no registry serves a first layer on a closed network. */
  readonly base: { readonly tag: string; readonly script: string };
  readonly shared: readonly PlannedImage[];
  /** By the name of the service. */
  readonly services: ReadonlyMap<string, PlannedImage>;
}

const baseFolder = "infra/images/base";
const pythonFolder = "infra/images/python";

/** What must be built for `specs`, with its tags; pure but for the hashes that `sources` gives. */
export function planImages(specs: readonly ServiceSpec[], sources: Sources): ImagePlan {
  const baseTag = imageTag("base", [sources.hashContext(baseFolder)]);
  const pythonHash = sources.hashContext(pythonFolder);
  const stage = (name: string, target: string): PlannedImage => ({
    name,
    tag: imageTag(name, [pythonHash, target, baseTag]),
    context: pythonFolder,
    dockerfile: "Dockerfile",
    target,
    buildArgs: { BASE: baseTag },
    needs: [],
  });
  const runtime = stage("python", "runtime");
  const tools = stage("tools", "tools");
  const buildArgs = { BASE: baseTag, RUNTIME: runtime.tag, TOOLS: tools.tag };

  const images = specs.map((spec): PlannedImage => {
    const { context, dockerfile } = spec.image;
    const contents = [sources.hashContext(context), dockerfile, ...Object.values(buildArgs)];
    return {
      name: spec.name,
      tag: imageTag(spec.name, contents),
      context,
      dockerfile,
      buildArgs,
      needs: [runtime.name, tools.name],
    };
  });
  return {
    base: { tag: baseTag, script: `${baseFolder}/bootstrap.sh` },
    shared: [runtime, tools],
    services: new Map(images.map((image) => [image.name, image])),
  };
}

function imageTag(name: string, contents: readonly string[]): string {
  const hash = createHash("sha256").update(contents.join("\0")).digest("hex").slice(0, 16);
  return `agent-stack/${name}:${hash}`;
}
